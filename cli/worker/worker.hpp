// The process in which a cell is run and timed, by Google Benchmark.
#pragma once

#include <string>
#include <vector>

#include "workloads/workload.hpp"

namespace concbench {

// The other end of a conversation; or, with a workload, one cell alone in this process.
struct WorkerRequest {
  std::string model;
  std::string workload;  // "" to speak the protocol
  Params params;
  std::vector<int> cpus;
  int iterations = 1, samples = 1;
  double slow_down = 0;  // the share of work that is done beyond what is asked for, and timed
};

// Speaks the worker protocol on stdin and stdout until told to close; or, with a workload, runs one
// cell in this process and prints what it took. Returns the exit code.
int run_worker(const WorkerRequest& request);

}  // namespace concbench
