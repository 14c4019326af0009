// With whom the cores are shared: other programs, other threads of a core, other control groups.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/doctor/checks.hpp"
#include "models/machine/cgroup.hpp"
#include "models/machine/system_file.hpp"
#include "models/machine/topology.hpp"

namespace concbench::checkup {
namespace {

// Of all allowed CPUs: from here on neighbours show in medians, as in the warnings of cells.
constexpr double much_in_use = 0.05, much_load = 0.5;

std::string causes(const Activity& activity) {
  if (!activity.busy_share) return "";
  std::vector<std::string> names;
  for (const ProcessUse& use : activity.busiest) {
    names.push_back(fmt::format("{} (process {}) {:.0f} %", use.name, use.pid, 100 * use.cpus));
  }
  return fmt::format("; now {:.0f} % of the CPUs are in use{}{}",
                     100 * std::max(0.0, *activity.busy_share), names.empty() ? "" : ", by ",
                     fmt::join(names, ", "));
}

Observation load(const Evidence& evidence) {
  const auto one_minute = evidence.environment.load_1min;
  if (!one_minute) return unknown(evidence, "load_1min");
  const double per_cpu =
      *one_minute / static_cast<double>(std::max<std::size_t>(1, evidence.allowed.size()));
  const bool busy = evidence.activity.busy_share.value_or(0) >= much_in_use;
  return {busy || per_cpu >= much_load ? Severity::warning : Severity::ok,
          fmt::format("{:.2f} over the last minute{}", *one_minute, causes(evidence.activity))};
}

Observation smt(const Evidence& evidence) {
  const auto on = evidence.environment.smt;
  if (!on) return unknown(evidence, "smt");
  return {*on ? Severity::note : Severity::ok, *on ? "on" : "off"};
}

Observation autogroup(const Evidence& evidence) {
  const auto on = number_in(evidence, "/proc/sys/kernel/sched_autogroup_enabled");
  if (!on) return {Severity::unavailable, "the kernel has no sched_autogroup_enabled"};
  return {*on ? Severity::ok : Severity::note, *on ? "on" : "off"};
}

// How often the nearest group with a count was stopped at its quota.
std::optional<std::uint64_t> throttled(const Evidence& evidence) {
  for (const std::string& group : cgroup_directories("cpu", evidence.root)) {
    if (const auto count = read_entry(group + "/cpu.stat", "nr_throttled")) return count;
  }
  return {};
}

Observation quota(const Evidence& evidence) {
  if (!evidence.environment.cgroup) return unknown(evidence, "cgroup");
  if (!evidence.quota_cpus) return {Severity::ok, "none"};
  std::string found = fmt::format("{:g} CPUs", *evidence.quota_cpus);
  if (const auto count = throttled(evidence)) found += fmt::format(", stopped {} times", *count);
  return {Severity::warning, found};
}

Observation cpuset(const Evidence& evidence) {
  const auto& [online, allowed] = std::tie(evidence.online, evidence.allowed);
  if (online.empty()) return {Severity::unavailable, "/sys/devices/system/cpu/online is missing"};
  if (allowed.size() >= online.size()) return {Severity::ok, "all CPUs: " + cpu_list(allowed)};
  return {Severity::note, fmt::format("CPUs {} of {}", cpu_list(allowed), cpu_list(online))};
}

Observation isolated(const Evidence& evidence) {
  const std::string folder = "/sys/devices/system/cpu/";
  if (!read_text(evidence.root + folder + "isolated")) {
    return {Severity::unavailable, "no list of isolated CPUs in /sys"};
  }
  const std::vector<int> cores = cpus_in(evidence, folder + "isolated");
  const std::vector<int> tickless = cpus_in(evidence, folder + "nohz_full");
  if (cores.empty() && tickless.empty()) return {Severity::note, "none"};
  std::vector<int> used;
  std::ranges::set_intersection(cores, evidence.allowed, std::back_inserter(used));
  const std::string found =
      fmt::format("isolated: {}; without ticks: {}", cores.empty() ? "none" : cpu_list(cores),
                  tickless.empty() ? "none" : cpu_list(tickless));
  if (used.size() > 1) {
    return {Severity::warning, found + "; this program may use several of the isolated ones",
            "boot with nohz_full=… alone, or use --cores=1"};
  }
  if (!cores.empty() && used.empty()) {
    return {Severity::note, found + "; this program may use none of the isolated ones",
            fmt::format("taskset --cpu-list {} concbench run --cores=1", cpu_list(cores))};
  }
  return {Severity::ok, found};
}

constexpr Check sharing_list[] = {
    {"load",
     "Other programs take the cores from the workers and push their data out of the caches.",
     "stop or pause the programs named, wait until the load is gone, and run again", load},
    {"smt",
     "Two hardware threads share one core's units: a neighbour on the other one takes about half "
     "of the core without showing as load on this one.",
     "echo off > /sys/devices/system/cpu/smt/control", smt},
    {"autogroup",
     "Without it the scheduler shares CPUs by task instead of by session: a neighbour with many "
     "busy "
     "threads takes as many shares, and a thread that yields gives it whole slices. With it, nice "
     "values mean nothing between sessions.",
     "sysctl kernel.sched_autogroup_enabled=1", autogroup},
    {"quota",
     "When the quota of a period (100 ms as a rule) is used up, all threads stand still until the "
     "next: holes of tens of milliseconds.",
     "run without the quota (systemd CPUQuota=, docker --cpus), and limit CPUs with --cores",
     quota},
    {"cpuset",
     "Only these CPUs are measured, while the rest of the machine shares caches and memory with "
     "them.",
     "taskset --cpu-list 0-N concbench …, or widen cpuset.cpus of the control group", cpuset},
    {"isolated_cores",
     "Isolated cores are free of other programs and of most interrupts; but the kernel balances no "
     "load between them, so that threads and processes stay on the core where they were started.",
     "boot with nohz_full=… and irqaffinity=…, and move other programs to the remaining cores",
     isolated},
};

}  // namespace

const std::span<const Check> sharing_checks = sharing_list;

}  // namespace concbench::checkup
