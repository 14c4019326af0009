// A session: the steps of a plan, one worker process after another, into a result.
#pragma once

#include <functional>

#include "cli/harness/plan.hpp"
#include "cli/harness/progress.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// The reason of a cell without a number before its first worker ran.
inline constexpr std::string_view not_run_yet = "not run yet";

// Runs every step. `save` is called after each worker with the cells as they stand. Returns the
// signal that stopped it, or 0.
int run_session(Plan& plan, const Experiment& experiment, Result& result, Progress& progress,
                const std::function<void()>& save);

}  // namespace concbench
