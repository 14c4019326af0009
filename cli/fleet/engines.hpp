// Where the tasks of a sweep run. Both engines run the same batch scripts, and only for those tasks
// of which something is missing or has failed.
#pragma once

#include "cli/fleet/sweep_folder.hpp"

namespace concbench {

// Here, one after another. Returns the worst code of its tasks, or 128 and the signal that stopped
// it.
int sweep_here(const SweepPlan& plan, const SweepFolder& folder);

// On Slurm's nodes, one array a kind, with at most `most_queued` tasks in the queue. Returns once
// they are submitted, or, to `wait`, once they have ended and the rest has had its turn; then 3 if
// something is still missing. Throws Impossible where there is no Slurm, or it refuses.
int sweep_on_slurm(const SweepPlan& plan, const SweepFolder& folder, bool wait);

}  // namespace concbench
