#include "cli/harness/toml_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "cli/suggest.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {

TomlFile::TomlFile(const std::string& path) : path_(path) {
  constexpr std::size_t most_bytes = std::size_t{1} << 20;
  const std::string text = read_file(path, most_bytes);
  if (text.size() > most_bytes) throw UsageError(fmt::format("{}: is larger than 1 MiB", path));
  try {
    table_ = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw UsageError(
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
}

UsageError TomlFile::complaint(const toml::source_region& where, const std::string& key,
                               const std::string& what) const {
  return UsageError(fmt::format("{}:{}: {}: {}", path_, where.begin.line, key, what));
}

void TomlFile::fail(const toml::source_region& where, const std::string& key,
                    const std::string& what) const {
  throw complaint(where, key, what);
}

void TomlFile::refuse(const toml::key& key, const std::vector<std::string>& known) const {
  const std::string name(key.str());
  fail(key.source(), name,
       fmt::format("there is no such key{}; there are {}", did_you_mean(name, known),
                   fmt::join(known, ", ")));
}

int TomlFile::number(const toml::node& node, const std::string& key,
                     const Range<int>& range) const {
  const auto* value = node.as_integer();
  if (!value || value->get() < range.low || value->get() > range.high) {
    fail(node.source(), key,
         fmt::format("must be a whole number from {} to {}", range.low, range.high));
  }
  return static_cast<int>(value->get());
}

double TomlFile::seconds(const toml::node& node, const std::string& key,
                         const Range<double>& range) const {
  const double value = node.value<double>().value_or(std::nan(""));
  if (!node.is_number() || !(value >= range.low) || !(value <= range.high)) {
    fail(node.source(), key,
         fmt::format("must be a number of seconds from {} to {}", range.low, range.high));
  }
  return value;
}

bool TomlFile::flag(const toml::node& node, const std::string& key) const {
  const auto* value = node.as_boolean();
  if (!value) fail(node.source(), key, "must be true or false");
  return value->get();
}

std::string TomlFile::word(const toml::node& node, const std::string& key) const {
  const auto* value = node.as_string();
  if (!value || value->get().empty()) fail(node.source(), key, "must be a text that is not empty");
  return value->get();
}

void TomlFile::each(const toml::node& node, const std::string& key,
                    const std::function<void(const toml::node&)>& take) const {
  const toml::array* list = node.as_array();
  if (!list) return take(node);
  if (list->empty()) fail(node.source(), key, "must not be empty");
  for (const toml::node& item : *list) take(item);
}

}  // namespace concbench
