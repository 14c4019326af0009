// What of the machine's state bears on a timing, read from /proc and /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/machine/topology.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// All of Environment but `steal_share`, which is known when the run is over. `root` is prepended to
// all paths, so that a test can show another machine.
Environment read_environment(const std::string& root = "");

MachineInfo machine_info(const Topology& topology);

// CPU time since the machine was started, summed over some CPUs. The kernel counts it in ticks of
// 10 ms as a rule, so that only differences over many ticks tell something.
struct CpuTimes {
  std::int64_t busy_ns;   // used by any program, the kernel or a guest
  std::int64_t steal_ns;  // taken by the hypervisor while there was something to run
};

// Nothing if one of the CPUs is not listed (offline, or /proc/stat hidden in a sandbox).
std::optional<CpuTimes> cpu_times(const std::vector<int>& cpus, const std::string& root = "");

}  // namespace concbench
