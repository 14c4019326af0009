// The command that runs a cell alone in one process, fit for perf or gdb.
#pragma once

#include <string>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "workloads/workload.hpp"

namespace concbench {

std::string lone_command(const Candidate& candidate, const Workload& workload,
                         const std::vector<int>& cpus);

}  // namespace concbench
