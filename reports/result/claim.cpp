#include "reports/result/claim.hpp"

#include <fmt/format.h>

#include "reports/text/units.hpp"

namespace concbench {
namespace {

constexpr double roundness = 1.1;

Json or_null(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

std::string range(std::optional<double> low, std::optional<double> high, std::string_view unit) {
  if (low && high && *low == *high) return fmt::format("{:g} {}", *low, unit);
  if (!low) return fmt::format("at most {:g} {}", *high, unit);
  if (!high) return fmt::format("at least {:g} {}", *low, unit);
  return fmt::format("{:g}–{:g} {}", *low, *high, unit);
}

std::string_view color_of(const Claim& claim) {
  if (!claim.measured) return color::dim;
  return verdict(claim) == "holds" ? color::green : color::yellow;
}

}  // namespace

std::string verdict(const Claim& claim) {
  if (!claim.measured) return "not measurable here: " + claim.missing;
  const Estimate& measured = *claim.measured;
  if (claim.claimed.low && measured.high * roundness < *claim.claimed.low) {
    if (measured.median <= 0) return "does not hold";
    return fmt::format("off by ×{:.3g}", *claim.claimed.low / measured.median);
  }
  if (claim.claimed.high && measured.low > *claim.claimed.high * roundness) {
    if (*claim.claimed.high <= 0) return "does not hold";
    return fmt::format("off by ×{:.3g}", measured.median / *claim.claimed.high);
  }
  return "holds";
}

Json to_json(const std::vector<Claim>& claims) {
  Json list = Json::array();
  for (const Claim& claim : claims) {
    Json measured;
    if (claim.measured) {
      measured = {{"median", claim.measured->median},
                  {"low", claim.measured->low},
                  {"high", claim.measured->high},
                  {"unit", claim.claimed.unit}};
    }
    list.push_back({{"id", claim.id},
                    {"claim", claim.claim},
                    {"claimed",
                     {{"low", or_null(claim.claimed.low)},
                      {"high", or_null(claim.claimed.high)},
                      {"unit", claim.claimed.unit}}},
                    {"measured", std::move(measured)},
                    {"verdict", verdict(claim)},
                    {"how", claim.how}});
  }
  return {{"claims", std::move(list)}};
}

std::string to_text(const std::vector<Claim>& claims, const TableStyle& style) {
  std::string out;
  for (const Claim& claim : claims) {
    if (!out.empty()) out += '\n';
    out += fitted(claim.id + '\n', style, color::bold);
    std::string text =
        fmt::format("  {}\n  claimed   {}\n", claim.claim,
                    range(claim.claimed.low, claim.claimed.high, claim.claimed.unit));
    if (claim.measured) {
      text += fmt::format("  measured  {:.3g} {} ({:.3g}–{:.3g})\n", claim.measured->median,
                          claim.claimed.unit, claim.measured->low, claim.measured->high);
    }
    out += fitted(text, style);
    out += fitted(fmt::format("  verdict   {}\n", verdict(claim)), style, color_of(claim));
    out += fitted(fmt::format("  how       {}\n", claim.how), style);
  }
  return out;
}

}  // namespace concbench
