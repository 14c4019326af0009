// Rivals that speak the worker protocol: two processes that are open at the same time and take
// turns, slice by slice.
#pragma once

#include <memory>

#include "cli/harness/catalog.hpp"
#include "cli/harness/rivals.hpp"
#include "models/machine/topology.hpp"
#include "workloads/workload.hpp"

namespace concbench {

struct WorkerSides {
  Candidate base, next;
  Workload workload;
  Placement placement;
  double timeout_s;  // that a process has for its part of a pair
};

std::unique_ptr<Rivals> worker_rivals(WorkerSides sides);

}  // namespace concbench
