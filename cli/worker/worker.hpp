// The worker: the process in which a cell is run and timed, by Google Benchmark.
#pragma once

#include <string>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "cli/options/request.hpp"

namespace concbench {

// Speaks the worker protocol on stdin and stdout until told to close; or, with a workload, runs one
// cell in this process and prints what it took. Returns the exit code.
int run_worker(const WorkerRequest& request);

// The command that runs a cell alone in one process, fit for perf or gdb.
std::string lone_command(const Candidate& candidate, const Workload& workload,
                         const std::vector<int>& cpus);

}  // namespace concbench
