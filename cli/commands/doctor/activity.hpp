// Who uses the CPUs, and what the hypervisor takes of them: over a short window, and since the
// machine was started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/harness/environment.hpp"

namespace concbench::checkup {

// CPU time of every process but this one, at one moment.
struct Snapshot {
  struct Process {
    std::string name;  // printable ASCII, whatever the process calls itself
    std::int64_t cpu_ns = 0;
  };
  std::map<pid_t, Process> processes;
  std::optional<CpuTimes> times;  // of the CPUs asked for
};

Snapshot take_snapshot(const std::vector<int>& cpus, const std::string& root = "");

struct ProcessUse {
  pid_t pid;
  std::string name;
  double cpus;  // 0.5 is half of a CPU's time
};

// Between two snapshots; shares are of all the CPUs asked for.
struct Activity {
  std::optional<double> busy_share, steal_share;
  std::vector<ProcessUse> busiest;  // those worth naming, the busiest first
};

Activity activity_between(const Snapshot& before, const Snapshot& after, double seconds,
                          std::size_t cpus);

}  // namespace concbench::checkup
