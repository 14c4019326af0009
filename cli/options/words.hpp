// From typed words to checked values. Each function throws UsageError naming the option and the
// word that does not fit.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_codes.hpp"
#include "cli/options/request.hpp"
#include "cli/suggest.hpp"
#include "models/variant.hpp"

namespace concbench::options {

using Words = std::vector<std::string>;

// The words that an option takes, and what each stands for.
template <class Enum>
using Choices = std::vector<std::pair<std::string, Enum>>;

// The parts of "a,b,c"; none may be empty.
Words split_list(const std::string& option, const std::string& text);

// A list of CPUs: "0,2,4-7".
std::vector<int> parse_cpus(const std::string& option, const std::string& text);

// Numbers of workers: "1,2,4"; empty for an empty text.
std::vector<int> parse_cores(const std::string& text);

// A number from `low` to `high`, both included.
template <class Number>
Number parse_number(const std::string& option, const std::string& text, Number low, Number high) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= low) ||
      !(number <= high)) {
    throw UsageError(fmt::format("{}={}: must be a number from {} to {}", option, text, low, high));
  }
  return number;
}

// Of --timeout; `otherwise` if nothing was said.
double parse_timeout(const std::string& text, double otherwise);

// What one of these words stands for.
template <class Enum>
Enum parse_word(const std::string& option, const std::string& text, const Choices<Enum>& words) {
  Words names;
  for (const auto& [name, value] : words) {
    if (name == text) return value;
    names.push_back(name);
  }
  throw UsageError(fmt::format("{}={}: must be one of {}{}", option, text, fmt::join(names, ", "),
                               did_you_mean(text, names)));
}

}  // namespace concbench::options
