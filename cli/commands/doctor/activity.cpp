#include "cli/commands/doctor/activity.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "models/machine/system_file.hpp"

namespace concbench::checkup {
namespace {

constexpr std::size_t worth_naming = 3;
constexpr double least_cpus = 0.02;  // of one CPU; less is below what ticks can tell

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// A line is "pid (name) state …", and the name may hold anything, brackets too; user and system
// time are the 14th and 15th field (proc(5)).
std::optional<Snapshot::Process> parse_stat(const std::string& line) {
  static const std::int64_t tick_ns = std::int64_t{1'000'000'000} / sysconf(_SC_CLK_TCK);
  const auto open = line.find('('), close = line.rfind(')');
  if (open == line.npos || close == line.npos || close < open) return {};
  std::istringstream fields(line.substr(close + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::int64_t user, system;
  if (!(fields >> user >> system)) return {};
  return Snapshot::Process{printable(line.substr(open + 1, close - open - 1)),
                           (user + system) * tick_ns};
}

}  // namespace

Snapshot take_snapshot(const std::vector<int>& cpus, const std::string& root) {
  Snapshot snapshot;
  snapshot.times = cpu_times(cpus, root);
  for (const std::string& name : names_in(root + "/proc")) {
    const auto number = leading_number(name);
    if (!number || static_cast<pid_t>(*number) == getpid()) continue;
    const auto process = parse_stat(read_text(root + "/proc/" + name + "/stat").value_or(""));
    if (process) snapshot.processes.emplace(static_cast<pid_t>(*number), *process);
  }
  return snapshot;
}

Activity activity_between(const Snapshot& before, const Snapshot& after, double seconds,
                          std::size_t cpus) {
  Activity activity;
  const double window_ns = seconds * 1e9, capacity_ns = window_ns * static_cast<double>(cpus);
  if (before.times && after.times && capacity_ns > 0) {
    const auto share = [&](std::int64_t CpuTimes::*part) {
      return static_cast<double>((*after.times).*part - (*before.times).*part) / capacity_ns;
    };
    activity.busy_share = share(&CpuTimes::busy_ns);
    activity.steal_share = share(&CpuTimes::steal_ns);
  }
  for (const auto& [pid, process] : after.processes) {
    const auto old = before.processes.find(pid);
    const std::int64_t used =
        process.cpu_ns - (old == before.processes.end() ? 0 : old->second.cpu_ns);
    const double share = static_cast<double>(used) / window_ns;
    if (share >= least_cpus) activity.busiest.push_back({pid, process.name, share});
  }
  std::ranges::sort(activity.busiest, std::greater(), &ProcessUse::cpus);
  if (activity.busiest.size() > worth_naming) activity.busiest.resize(worth_naming);
  return activity;
}

}  // namespace concbench::checkup
