// A session of `check`: pairs of processes, one of each program, cell by cell in turn, until
// every cell has its verdict or the time is used up.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cli/harness/rivals.hpp"
#include "reports/result/check.hpp"

namespace concbench {

// One cell and the two programs that run it.
struct Contest {
  std::unique_ptr<Rivals> rivals;
  std::string missing_in_base, missing_in_next;  // why it cannot run there, or ""
  CheckedCell cell;
};

struct PairedSession {
  const Rule& rule;
  double cell_budget_s;
  std::optional<double> budget_s;
  std::uint64_t seed;
  // Called with a cell and what its pairs say so far after each of them, and once it is closed.
  std::function<void(const CheckedCell&, const std::optional<Effect>&)> progress;
  std::function<void(const CheckedCell&)> closed;
};

// Fills in the contests' cells. Returns the signal that stopped it, or 0.
int run_pairs(std::vector<Contest>& contests, const PairedSession& session);

}  // namespace concbench
