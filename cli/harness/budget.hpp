// Keeping a run within --budget: fewer repetitions first, then fewer cells.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/harness/plan.hpp"
#include "cli/harness/presets.hpp"

namespace concbench {

// As many repetitions as fit into that time with the steps from the given one on; at least one.
int affordable_repetitions(const Plan& plan, Preset preset, double seconds, std::size_t from = 0);

// Lowers repetitions, then drops the dearest cells, until the plan fits. Returns what it did, in
// sentences.
std::vector<std::string> fit_budget(Plan& plan, Preset& preset, double budget_s);

}  // namespace concbench
