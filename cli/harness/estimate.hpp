// What a run will take, measured rather than assumed: each model runs a small size of each workload
// once, and larger sizes are taken to cost as much an operation.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/harness/plan.hpp"
#include "cli/harness/presets.hpp"

namespace concbench {

// Measures how long an iteration of each job takes, by one small run of each model and workload,
// and marks as skipped the jobs that would outlast their time. Cheap: a fraction of the run itself.
void estimate(Plan& plan, const Preset& preset);

// How long one worker of this job is expected to take, in seconds.
double worker_time(const Job& job, const Preset& preset);
// That of all steps from the given one on.
double expected_time(const Plan& plan, const Preset& preset, std::size_t from = 0);

}  // namespace concbench
