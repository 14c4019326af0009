// Everything that the checks of `concbench doctor` look at, read once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/doctor/activity.hpp"
#include "models/machine/limits.hpp"
#include "reports/result/result.hpp"

namespace concbench::checkup {

struct Evidence {
  std::string root;  // of /proc and /sys; "" for this machine's own
  Environment environment;
  Limits limits;
  std::vector<int> online, allowed;  // CPUs; empty if they cannot be read
  Activity activity;                 // nothing in it without a window
  std::optional<CpuTimes> times;     // of the allowed CPUs, since the start
  std::optional<double> quota_cpus;

  // Asked of the running kernel, so that files cannot stand in for it.
  std::optional<std::int64_t> clock_resolution_ns;
  // Hardware counter → why it cannot be opened, "" if it can. Nothing if not asked.
  std::optional<std::map<std::string, std::string>> counters;
};

// Takes as long as the window, in which others' use of the CPUs is watched. With a root, which is
// prepended to all paths, it is that machine's, of which there are only the files.
Evidence gather(std::chrono::duration<double> window, const std::string& root = "");

// The number in `path`, below the evidence's root.
std::optional<std::uint64_t> number_in(const Evidence& evidence, const std::string& path);
// CPUs as the kernel lists them ("0-3,8"); none if the file is missing or holds none.
std::vector<int> cpus_in(const Evidence& evidence, const std::string& path);

}  // namespace concbench::checkup
