// The checks of `concbench doctor`: each looks at one property of the machine. Read-only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/commands/doctor/evidence.hpp"
#include "reports/result/finding.hpp"

namespace concbench::checkup {

struct Observation {
  Severity severity;
  std::string found;     // or, if unavailable, why
  std::string fix = {};  // where it depends on what was found
};

struct Check {
  const char* id;
  const char* effect;
  const char* fix;  // shown with notes and warnings
  Observation (*observe)(const Evidence& evidence);
};

// One list for each file in this folder.
extern const std::span<const Check> frequency_checks;
extern const std::span<const Check> sharing_checks;
extern const std::span<const Check> virtual_checks;
extern const std::span<const Check> kernel_checks;
extern const std::span<const Check> birth_checks;  // niceness and variables
extern const std::span<const Check> limit_checks;

// Every check's finding, in the order of the lists.
std::vector<Finding> examine(const Evidence& evidence);

// "field is not known because …", from what the environment says of it.
Observation unknown(const Evidence& evidence, const char* field);

}  // namespace concbench::checkup
