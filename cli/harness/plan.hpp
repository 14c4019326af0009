// From an experiment to cells: what will be run, where, in what order, and what cannot be and why.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "cli/harness/experiment.hpp"
#include "cli/harness/observation.hpp"
#include "models/machine/limits.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/result.hpp"
#include "workloads/workload.hpp"

namespace concbench {

struct Job {
  std::size_t candidate;  // index in Plan::candidates
  Workload workload;
  Placement placement;
  Cell cell;            // as it will be reported; skipped with a reason if it cannot run
  bool closed = false;  // no further step of it is run
  Notices notices{};    // what its observed runs noticed
  // Expected, from a small run (see estimate); 0 is unknown. Of an iteration, part is timed.
  double start_s = 0, iteration_s = 0, timed_s = 0;
};

// One worker process of one job.
struct Step {
  std::size_t job;
  int process;
};

struct Plan {
  std::vector<Candidate> candidates;
  std::vector<Job> jobs;    // grouped by workload and parameters
  std::vector<Step> steps;  // in the order in which they are run
};

// Throws UsageError for what makes no sense and Impossible for what this machine has not got: a
// model asked for by name, or more cores than there are.
Plan make_plan(const Experiment& experiment, const Topology& topology, const Limits& limits);
// The same with other candidates than those that the experiment names.
Plan make_plan(const Experiment& experiment, std::vector<Candidate> candidates,
               const Topology& topology, const Limits& limits);

}  // namespace concbench
