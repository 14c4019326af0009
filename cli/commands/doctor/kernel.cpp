// How the kernel is set: clocks, timers, memory and counters.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/commands/doctor/checks.hpp"
#include "models/machine/capabilities.hpp"
#include "models/machine/system_file.hpp"
#include "reports/text/units.hpp"

namespace concbench::checkup {
namespace {

Observation clock_source(const Evidence& evidence) {
  const auto& name = evidence.environment.clocksource;
  if (!name) return unknown(evidence, "clocksource");
  // Those that are read in user space.
  constexpr std::string_view quick[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page",
                                        "arch_sys_counter", "riscv_clocksource"};
  return {std::ranges::count(quick, *name) ? Severity::ok : Severity::warning, *name};
}

Observation timer(const Evidence& evidence) {
  const auto slack = number_in(evidence, "/proc/self/timerslack_ns");
  if (!slack) return {Severity::unavailable, "/proc/self/timerslack_ns cannot be read"};
  const auto resolution = evidence.clock_resolution_ns;
  std::string found = fmt::format("slack {}", duration_text(static_cast<double>(*slack)));
  if (resolution) {
    found += fmt::format(", resolution {}", duration_text(static_cast<double>(*resolution)));
  }
  constexpr std::int64_t coarse_ns = 1'000;
  if (resolution && *resolution > coarse_ns) {
    return {Severity::warning, found, "boot without highres=off and nohz=off"};
  }
  return {*slack > static_cast<std::uint64_t>(coarse_ns) ? Severity::note : Severity::ok, found};
}

Observation aslr(const Evidence& evidence) {
  const auto on = evidence.environment.aslr;
  if (!on) return unknown(evidence, "aslr");
  return {*on ? Severity::ok : Severity::note, *on ? "on" : "off"};
}

// The word in brackets of "always [madvise] never".
Observation huge_pages(const Evidence& evidence) {
  const auto line = read_line(evidence.root + "/sys/kernel/mm/transparent_hugepage/enabled");
  if (!line) return {Severity::unavailable, "the kernel has no transparent huge pages"};
  const auto open = line->find('['), close = line->find(']');
  if (open == line->npos || close == line->npos) {
    return {Severity::unavailable, "no choice is marked in " + *line};
  }
  const std::string chosen = line->substr(open + 1, close - open - 1);
  return {chosen == "always" ? Severity::note : Severity::ok, chosen};
}

Observation perf_event_paranoid(const Evidence& evidence) {
  const auto line = read_line(evidence.root + "/proc/sys/kernel/perf_event_paranoid");
  if (!line) return {Severity::unavailable, "the kernel has no perf events"};
  const bool exempt = (effective_capabilities(evidence.root) & (cap_sys_admin | cap_perfmon)) != 0;
  // Events of the kernel's side need 1 or less, and -1 is written as such.
  if (line->starts_with('-') || leading_number(*line).value_or(0) <= 1)
    return {Severity::ok, *line};
  return {exempt ? Severity::ok : Severity::note,
          exempt ? *line + ", from which this user is exempt" : *line};
}

Observation hardware_counters(const Evidence& evidence) {
  if (!evidence.counters) return {Severity::unavailable, "only the running kernel can be asked"};
  std::vector<std::string> open, closed;
  std::set<std::string> reasons;
  for (const auto& [name, reason] : *evidence.counters) {
    (reason.empty() ? open : closed).push_back(name);
    if (!reason.empty()) reasons.insert(reason);
  }
  if (closed.empty()) return {Severity::ok, fmt::format("{}", fmt::join(open, ", "))};
  const std::string missing =
      fmt::format("{}: {}", fmt::join(closed, ", "), fmt::join(reasons, "; "));
  return {open.empty() ? Severity::unavailable : Severity::note, missing};
}

constexpr Check kernel_list[] = {
    {"clock_source",
     "A clock that is not read in user space costs a system call a reading, about a microsecond, "
     "in everything that is timed one by one.",
     "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource", clock_source},
    {"timer",
     "A sleeper wakes later than it asked by up to the slack, and by the resolution: latencies of "
     "timers and waits contain both.",
     "echo 1 > /proc/$$/timerslack_ns in the shell that starts concbench, which inherits it",
     timer},
    {"aslr",
     "Without random addresses all processes of a cell share one layout, whose luck looks like the "
     "model's speed; with them the range over processes shows it.",
     "sysctl kernel.randomize_va_space=2, and run without setarch -R", aslr},
    {"huge_pages",
     "With huge pages always on, stacks and heaps may get them in one process and not in the next, "
     "and memory per task looks larger.",
     "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled", huge_pages},
    {"perf_event_paranoid",
     "Above 1 an ordinary user's counts of switches, migrations and hardware events are null.",
     "sysctl kernel.perf_event_paranoid=1", perf_event_paranoid},
    {"hardware_counters",
     "Without counters of cycles, instructions and misses a difference can be seen, but not "
     "explained.",
     "measure where the processor's counters can be opened (bare metal, or a vPMU)",
     hardware_counters},
};

}  // namespace

const std::span<const Check> kernel_checks = kernel_list;

}  // namespace concbench::checkup
