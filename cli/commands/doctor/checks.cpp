#include "cli/commands/doctor/checks.hpp"

namespace concbench::checkup {

Observation unknown(const Evidence& evidence, const char* field) {
  return {Severity::unavailable, evidence.environment.notes.at(field)};
}

std::vector<Finding> examine(const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const auto& checks : {virtual_checks, frequency_checks, sharing_checks, kernel_checks,
                             limit_checks, birth_checks}) {
    for (const Check& check : checks) {
      const Observation seen = check.observe(evidence);
      const bool mend = seen.severity == Severity::note || seen.severity == Severity::warning;
      findings.push_back({check.id, seen.severity, seen.found, check.effect,
                          !mend              ? ""
                          : seen.fix.empty() ? check.fix
                                             : seen.fix});
    }
  }
  return findings;
}

}  // namespace concbench::checkup
