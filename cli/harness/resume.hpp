// Finishing a run that was stopped: what of it is there already.
#pragma once

#include <string>

#include "cli/harness/plan.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// Throws Impossible if the numbers of the two could not stand in one table.
void refuse_other_machine(const Result& now, const Result& before, const std::string& path);

// Throws Impossible if any of it was measured on another host, since nodes of a kind differ, too;
// or, where that is allowed `anywhere`, on one of other hardware.
void refuse_other_host(const Result& now, const Result& before, const std::string& path,
                       bool anywhere);

// Takes over what the earlier run had finished, and the processes of what it had begun.
void take_over(Plan& plan, const Result& before);

}  // namespace concbench
