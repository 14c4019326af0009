// A session of `check`: pairs of worker processes, one of each program, cell by cell in turn, until
// every cell has its verdict or the time is used up.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/check.hpp"
#include "workloads/workload.hpp"

namespace concbench {

// One cell and the two workers' programs that run it.
struct Contest {
  Candidate base, next;
  Workload workload;
  Placement placement;
  std::string missing_in_base, missing_in_next;  // why it cannot run there, or ""
  CheckedCell cell;
};

struct PairedSession {
  const Rule& rule;
  double cell_budget_s;
  std::optional<double> budget_s;
  std::uint64_t seed;
  double timeout_s;  // that a worker process has for its part of a pair
  // Called with a cell and what its pairs say so far after each of them, and once it is closed.
  std::function<void(const CheckedCell&, const std::optional<Effect>&)> progress;
  std::function<void(const CheckedCell&)> closed;
};

// Fills in the contests' cells. Returns the signal that stopped it, or 0.
int run_pairs(std::vector<Contest>& contests, const PairedSession& session);

}  // namespace concbench
