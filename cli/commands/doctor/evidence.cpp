#include "cli/commands/doctor/evidence.hpp"

#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cctype>
#include <sstream>
#include <thread>

#include "cli/harness/worker_environment.hpp"
#include "cli/options/words.hpp"
#include "models/machine/counters.hpp"
#include "models/machine/quota.hpp"
#include "models/machine/system_file.hpp"

namespace concbench::checkup {
namespace {

// An empty list is written as an empty line, or as "(null)" in some kernels' nohz_full.
std::vector<int> parse_list(const std::string& where, const std::string& text) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) return {};
  return options::parse_cpus(where, text);
}

std::vector<int> allowed_cpus(const std::string& root) {
  std::istringstream lines(read_text(root + "/proc/self/status").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view key = "Cpus_allowed_list:";
    if (!line.starts_with(key)) continue;
    line.erase(0, line.find_first_not_of(" \t", key.size()));
    return parse_list("Cpus_allowed_list", line);
  }
  return {};
}

void ask_the_kernel(Evidence& evidence) {
  timespec resolution;
  if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0) {
    evidence.clock_resolution_ns = resolution.tv_sec * 1'000'000'000 + resolution.tv_nsec;
  }
  const WorkerEnvironment& variables = worker_environment();
  evidence.environment.variables = variables.passed;
  evidence.environment.dropped_variables = variables.dropped;
  const Counters counters(getpid());
  auto& found = evidence.counters.emplace();
  for (const std::string& name : Counters::hardware_names()) {
    const auto note = counters.notes().find(name);
    found[name] = note == counters.notes().end() ? "" : note->second;
  }
}

}  // namespace

std::optional<std::uint64_t> number_in(const Evidence& evidence, const std::string& path) {
  return read_number(evidence.root + path);
}

std::vector<int> cpus_in(const Evidence& evidence, const std::string& path) {
  return parse_list(path, read_line(evidence.root + path).value_or(""));
}

Evidence gather(std::chrono::duration<double> window, const std::string& root) {
  Evidence evidence;
  evidence.root = root;
  evidence.environment = read_environment(root);
  evidence.limits = read_limits(root);
  evidence.quota_cpus = cgroup_quota(root);
  evidence.online = cpus_in(evidence, "/sys/devices/system/cpu/online");
  evidence.allowed = allowed_cpus(root);
  if (evidence.allowed.empty()) evidence.allowed = evidence.online;
  if (!evidence.allowed.empty()) evidence.times = cpu_times(evidence.allowed, root);
  if (!root.empty()) return evidence;

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const Snapshot before = take_snapshot(evidence.allowed);
  std::this_thread::sleep_for(window);
  const Snapshot after = take_snapshot(evidence.allowed);
  const std::chrono::duration<double> took = Clock::now() - start;
  evidence.activity = activity_between(before, after, took.count(), evidence.allowed.size());
  ask_the_kernel(evidence);
  return evidence;
}

}  // namespace concbench::checkup
