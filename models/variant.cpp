#include "models/variant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace concbench {
namespace {

bool is_size(const Option& option) { return option.values == "bytes"; }

// "65536", "64k", "1m"
bool is_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size());
  return error == std::errc{} && number > 0 && number <= (std::uint64_t{1} << 40) &&
         (unit.empty() || unit == "k" || unit == "m");
}

bool takes(const Option& option, const std::string& value) {
  if (is_size(option)) return is_bytes(value);
  return std::ranges::count(split(option.values, '|'), value) > 0;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t end; (end = text.find(at)) != text.npos; text.remove_prefix(end + 1)) {
    parts.emplace_back(text.substr(0, end));
  }
  parts.emplace_back(text);
  return parts;
}

Options default_options(const Model& model) {
  Options options;
  for (const Option& option : model.options) {
    options.emplace(option.name, is_size(option) ? std::string(option.preset)
                                                 : split(option.values, '|').front());
  }
  return options;
}

void choose(const Model& model, std::string_view setting, Options& options) {
  const std::size_t equals = setting.find('=');
  const std::string name(setting.substr(0, equals));
  const auto option = std::ranges::find(model.options, name, &Option::name);
  if (option == model.options.end()) {
    std::vector<std::string> names;
    for (const Option& known : model.options) names.emplace_back(known.name);
    throw UnknownVariant(fmt::format("{} has no variant '{}'{}", model.name, name,
                                     names.empty() ? " (it has none)" : ""),
                         name, names);
  }
  const std::string value(equals == setting.npos ? "" : setting.substr(equals + 1));
  if (!takes(*option, value)) {
    throw UnknownVariant(fmt::format("{} must be {}", name,
                                     is_size(*option) ? "a size such as 64k or 1m"
                                                      : "one of " + std::string(option->values)),
                         "", {});
  }
  options[name] = value;
}

}  // namespace concbench
