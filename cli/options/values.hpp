// The kinds of values that options take, by the names that --help gives them. An option's type_name
// is one of these, or its words with bars between them ("auto|always|never").
#pragma once

#include <string>
#include <vector>

#include "cli/help/command_help.hpp"
#include "cli/options/words.hpp"

namespace concbench::options {

namespace kinds {
constexpr auto models = "MODELS", workloads = "WORKLOADS", setting = "SETTING", preset = "PRESET",
               model = "MODEL", workload = "WORKLOAD", export_format = "FORMAT", topic = "TOPIC",
               file = "FILE", program = "PROGRAM", number = "N", numbers = "N,...", cpus = "CPUS",
               seconds = "SECONDS", percent = "PERCENT", machine = "MACHINE", text = "TEXT",
               ids = "ID,...";
}  // namespace kinds

// The words of a choice with bars between them.
template <class Enum>
std::string barred(const Choices<Enum>& choices) {
  std::string text;
  for (const auto& [word, value] : choices) text += (text.empty() ? "" : "|") + word;
  return text;
}

// What a shell can offer for a kind of values. Every name of `kinds` is known; throws
// std::logic_error for another, so that no option is left without.
Values values_of(const std::string& type_name);

}  // namespace concbench::options
