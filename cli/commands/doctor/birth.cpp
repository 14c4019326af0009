// What this program was started with, and hands on to its workers or keeps from them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/doctor/checks.hpp"

namespace concbench::checkup {
namespace {

Observation priority(const Evidence& evidence) {
  const auto& [niceness, policy] =
      std::tie(evidence.environment.niceness, evidence.environment.policy);
  if (!niceness || !policy) return {Severity::unavailable, "the kernel does not say"};
  const bool usual = *niceness == 0 && *policy == "other";
  return {usual ? Severity::ok : Severity::warning,
          fmt::format("niceness {}, policy {}", *niceness, *policy)};
}

Observation passed(const Evidence& evidence) {
  const auto& variables = evidence.environment.variables;
  if (variables.empty()) return {Severity::ok, "none is set"};
  std::vector<std::string> settings;
  for (const auto& [name, value] : variables) settings.push_back(name + '=' + value);
  return {Severity::note, fmt::format("{}", fmt::join(settings, ", "))};
}

Observation dropped(const Evidence& evidence) {
  const auto& names = evidence.environment.dropped_variables;
  if (names.empty()) return {Severity::ok, "none is set"};
  return {Severity::note, fmt::format("{}", fmt::join(names, ", "))};
}

constexpr Check birth_list[] = {
    {"priority",
     "Workers inherit it: a niced program waits for all others, and a real-time one stops them, "
     "the kernel's own threads included.",
     "run without nice and chrt", priority},
    {"variables",
     "These change how some models allocate, collect garbage or are loaded. Workers get them, and "
     "results name them.",
     "unset them, unless they are what you want to measure", passed},
    {"dropped_variables",
     "These would place the threads of some models or set their number, which is what a cell says. "
     "Workers do not get them.",
     "set one on purpose with --model \"exec:env NAME=value PROGRAM\"", dropped},
};

}  // namespace

const std::span<const Check> birth_checks = birth_list;

}  // namespace concbench::checkup
