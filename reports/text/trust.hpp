// How far the numbers of a run can be trusted, in one sentence for whoever has just made it.
#pragma once

#include <optional>
#include <string>

#include "reports/result/result.hpp"

namespace concbench {

// By how much the processes of a cell differ in what it is ranked by, as a share of their median:
// the median over cells.
// Nothing if no cell was measured in more than one process.
std::optional<double> typical_spread(const Result& result);

// "2 warnings about this machine (hypervisor, load): differences under 12 % mean little …"
std::string trust(const Result& result);

// What to do about cells that failed for want of CPUs; "" if there are none.
std::string advice(const Result& result);

}  // namespace concbench
