// Runs of a cell that are timed, one after another in one process, until they are steady.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cli/harness/open_cell.hpp"
#include "cli/harness/presets.hpp"
#include "reports/result/result.hpp"

namespace concbench {

struct TimedRun {
  Sample sample;
  Notice notice;  // empty unless it was observed
};

// Whether a process has stopped getting faster, as one that compiles itself while it runs does for
// a while: its quickest run is no more than a tenth quicker than the quickest of the older half.
bool is_steady(std::span<const Sample> samples);

// The last `repetitions` runs of a series that goes on until they are steady, five times as long at
// most. Fewer where they take longer than their share, or where the next might not end in time.
std::vector<TimedRun> timed_runs(OpenCell& cell, std::int64_t iterations, bool observe,
                                 const Preset& preset, Process::Clock::time_point start);

}  // namespace concbench
