// The script that runs one task: of Slurm's array, or here.
#pragma once

#include <string>

#include "cli/fleet/sweep_folder.hpp"

namespace concbench {

// The name of the jobs of a kind of nodes.
std::string job_name(const std::string& sweep, const NodeKind& kind);

// `folder` is where the sweep is or will be, `program` this program, for builds that name none.
std::string batch_script(const SweepPlan& plan, const NodeKind& kind, const std::string& sweep,
                         const std::filesystem::path& folder, const std::string& program);

}  // namespace concbench
