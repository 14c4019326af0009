// How much of anything a program may have here. Cells that need more are skipped.
#include <fmt/format.h>

#include <limits>

#include "cli/commands/doctor/checks.hpp"

namespace concbench::checkup {
namespace {

// Enough for the sizes of the built-in presets that a common machine runs; beyond, cells are
// skipped by name and number anyway.
constexpr std::uint64_t enough_tasks = 30'000, enough_maps = 60'000, enough_descriptors = 4'096;

Observation observed(const Limit& limit, std::uint64_t enough, std::string fix) {
  if (limit.value == std::numeric_limits<std::uint64_t>::max()) {
    return {Severity::unavailable, limit.name};
  }
  return {limit.value >= enough ? Severity::ok : Severity::note,
          fmt::format("{} more, by {}", limit.value, limit.name), std::move(fix)};
}

std::string fix_of(const std::string& limit) {
  if (limit == "cgroup pids.max") return "echo max > …/pids.max of the control group";
  if (limit == "RLIMIT_NPROC") return "ulimit -u unlimited";
  return fmt::format("sysctl {}=4194304", limit);
}

Observation tasks(const Evidence& evidence) {
  const Limit& limit = evidence.limits.tasks;
  return observed(limit, enough_tasks, fix_of(limit.name));
}

Observation maps(const Evidence& evidence) {
  return observed(evidence.limits.maps, enough_maps, "");
}

Observation descriptors(const Evidence& evidence) {
  return observed(evidence.limits.descriptors, enough_descriptors, "");
}

Observation overcommit(const Evidence& evidence) {
  const auto mode = number_in(evidence, "/proc/sys/vm/overcommit_memory");
  if (!mode) return {Severity::unavailable, "/proc/sys/vm/overcommit_memory cannot be read"};
  constexpr const char* names[] = {"0 (heuristic)", "1 (always)", "2 (never)"};
  return {*mode == 2 ? Severity::note : Severity::ok,
          *mode <= 2 ? names[*mode] : fmt::format("{}", *mode)};
}

constexpr Check limits_list[] = {
    {"tasks",
     "Cells of threads and processes that could have more alive at once are skipped: no number "
     "instead of a wrong one.",
     "", tasks},
    {"memory_maps",
     "Each thread's stack takes mappings, and so does each guarded stack of a fiber: beyond them "
     "tasks cannot be made.",
     "sysctl vm.max_map_count=1048576", maps},
    {"descriptors", "Each connection and each pipe takes a descriptor: large cells are skipped.",
     "ulimit -n 65536", descriptors},
    {"overcommit",
     "In mode 2 stacks count as used when they are reserved, so that many threads or fibers fail "
     "while memory is free.",
     "sysctl vm.overcommit_memory=0", overcommit},
};

}  // namespace

const std::span<const Check> limit_checks = limits_list;

}  // namespace concbench::checkup
