// The most tasks that a model can have alive at once here: predicted from the machine's limits, and
// found by trying.
#pragma once

#include <string>

#include "cli/harness/plan.hpp"
#include "models/machine/limits.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// By asking the model which sizes it refuses.
Ceiling predict_ceiling(const Candidate& candidate, const Setup& setup, const Limits& limits);

// Tries, in workers of its own, to hold what was predicted, and then a little more. Where memory is
// the limit nothing is tried: it would push out everything else on the machine.
void find_ceiling(const Candidate& candidate, const Job& job, Ceiling& ceiling, double timeout_s);

}  // namespace concbench
