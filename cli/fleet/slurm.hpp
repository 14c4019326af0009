// Slurm, by the programs that it has for people.
#pragma once

#include <string>
#include <vector>

#include "cli/fleet/sweep_folder.hpp"

namespace concbench::slurm {

// Whether this machine can submit.
bool is_here();

// Submits these tasks of a kind as one array. Returns the job's number; throws Impossible with what
// sbatch says.
std::string submit(const SweepPlan& plan, const std::string& script, const std::vector<int>& tasks);

// Brings up to date what is known of the tasks. Those that are unknown to Slurm by now, and were
// not at their end when it was last asked, are FORGOTTEN. Returns what Slurm complains of instead
// of answering, or "".
std::string ask(const SweepPlan& plan, Submitted& submitted);

}  // namespace concbench::slurm
