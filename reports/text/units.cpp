#include "reports/text/units.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <string_view>

namespace concbench {
namespace {

struct Unit {
  std::string_view name;
  double size;
};

constexpr Unit times[] = {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
constexpr Unit rates[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}};
constexpr Unit sizes[] = {{"B", 1}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}};

// The first unit in which the value still has at most three digits before the point once it is
// rounded: 999.6 ns is 1.00 µs.
const Unit& unit_for(double value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value / unit.size < 999.5) return unit;
  }
  return units.back();
}

// The bounds are where rounding adds a digit. Below a tenth there are fewer than three.
std::string three_digits(double value) {
  const int decimals = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string quantity(double value, std::span<const Unit> units) {
  const Unit& unit = unit_for(value, units);
  return fmt::format("{}{}{}", three_digits(value / unit.size), unit.name.empty() ? "" : " ",
                     unit.name);
}

std::string with_commas(double whole) {
  std::string digits = fmt::format("{:.0f}", whole);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

}  // namespace

std::string duration_text(double ns) { return quantity(ns, times); }
std::string rate_text(double per_second) { return quantity(per_second, rates); }

std::string range_text(double low, double high, double unit_of) {
  const Unit& unit = unit_for(unit_of, times);
  return fmt::format("{}–{} {}", three_digits(low / unit.size), three_digits(high / unit.size),
                     unit.name);
}

std::string bytes_text(std::int64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  return quantity(static_cast<double>(bytes), sizes);
}

std::string ratio_text(double ratio) {
  return ratio < 999.5 ? three_digits(ratio) : with_commas(ratio);
}

std::string level_text(double level) { return fmt::format("{:.1f} %", level * 100); }

std::string percent_text(double share) {
  const double percent = 100 * share;
  return percent < 9.95 ? fmt::format("{:.2g} %", percent) : fmt::format("{:.0f} %", percent);
}

std::string spoken_time(double seconds) {
  if (seconds < 1) return "1 s";
  const auto whole = std::llround(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace concbench
