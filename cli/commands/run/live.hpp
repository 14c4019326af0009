// `concbench run --live`: a table on the terminal that stderr is, drawn anew after every worker:
// the cells of the workload that is being measured, with what their processes say so far.
#pragma once

#include "cli/harness/progress.hpp"
#include "reports/text/text.hpp"

namespace concbench {

struct LiveView {
  const Result* result;  // whose cells grow while they are watched
  std::size_t steps;     // worker processes in all
  int processes;         // of each cell
  TableStyle style;      // of the terminal
  int height;            // lines of it
};

// The lines of the table while the worker of `current` runs; no more than the terminal has, none
// wider than it.
std::string live_table(const LiveView& view, std::size_t done, double ahead_s, const Cell& current);

std::unique_ptr<Progress> make_live_table(const LiveView& view);

}  // namespace concbench
