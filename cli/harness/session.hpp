// A session: the steps of a plan, one worker process after another, into a result.
#pragma once

#include "cli/harness/plan.hpp"
#include "cli/harness/progress.hpp"
#include "cli/harness/saver.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// The reason of a cell without a number before its first worker ran.
inline constexpr std::string_view not_run_yet = "not run yet";

// Runs every step. A cell is told to be finished once `saver` keeps it. Returns the signal that
// stopped it, or 0.
int run_session(Plan& plan, const Experiment& experiment, Result& result, Progress& progress,
                Saver& saver);

}  // namespace concbench
