// Finishing a run that was stopped: what it asked for, and what of it is there already.
#pragma once

#include <string>

#include "cli/harness/plan.hpp"
#include "cli/options/request.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// `--resume FILE` alone means the run that made the file; with a selection, that selection.
RunRequest resumed(const RunRequest& now, const Result& before);

// Throws Impossible if the numbers of the two could not stand in one table.
void refuse_other_machine(const Result& now, const Result& before, const std::string& path);

// Takes over what the earlier run had finished, and the processes of what it had begun.
void take_over(Plan& plan, const Result& before);

}  // namespace concbench
