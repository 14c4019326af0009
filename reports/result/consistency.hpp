// What a result must agree on with itself. The types of JSON cannot say it, and a file that was
// edited by hand, or damaged where it stays valid JSON, shows here.
#pragma once

#include "reports/result/result.hpp"

namespace concbench {

// Throws BadJson naming the place and both values:
// `"concbench.cells[3].summary.ns_per_op.median" is 5.1, but its samples give 5.3`.
void refuse_inconsistent(const Result& result);

}  // namespace concbench
