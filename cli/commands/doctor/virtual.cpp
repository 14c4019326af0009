// Whether the machine is one, and what its host takes of it.
#include <fmt/format.h>

#include "cli/commands/doctor/checks.hpp"
#include "reports/text/units.hpp"

namespace concbench::checkup {
namespace {

constexpr double much_stolen = 0.01;

Observation hypervisor(const Evidence& evidence) {
  const auto& name = evidence.environment.hypervisor;
  if (!name) return unknown(evidence, "hypervisor");
  return {*name == "none" ? Severity::ok : Severity::warning, *name};
}

Observation steal(const Evidence& evidence) {
  if (!evidence.times) return {Severity::unavailable, "/proc/stat does not list the allowed CPUs"};
  const auto [busy_ns, steal_ns] = *evidence.times;
  const double wanted = static_cast<double>(busy_ns + steal_ns);
  const double ever = wanted > 0 ? static_cast<double>(steal_ns) / wanted : 0;
  const double now = evidence.activity.steal_share.value_or(0);
  std::string found =
      percent_text(ever) + " of the time that programs wanted to run since the start";
  if (evidence.activity.steal_share) found += ", " + percent_text(now) + " of all time now";
  const Severity severity = ever >= much_stolen || now >= much_stolen ? Severity::warning
                            : steal_ns > 0                            ? Severity::note
                                                                      : Severity::ok;
  return {severity, found};
}

constexpr Check virtual_list[] = {
    {"hypervisor",
     "A host decides when these CPUs run, and waking a sleeping CPU takes as long as the "
     "hypervisor does: models that sleep look worse than on bare metal.",
     "measure on bare metal, or on a host that pins virtual CPUs to cores of their own",
     hypervisor},
    {"steal",
     "Time that the host gives to others lengthens whatever ran meanwhile; each sample records it.",
     "use a machine type with CPUs of its own, or measure when the host is idle", steal},
};

}  // namespace

const std::span<const Check> virtual_checks = virtual_list;

}  // namespace concbench::checkup
