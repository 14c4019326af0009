// Measures the noise floor of CPUs: fixed work on all of them at once, and holes in the clock.
#pragma once

#include <vector>

#include "reports/statistics/noise.hpp"

namespace concbench::checkup {

// Takes about a second, and no more than two on a machine that has other things to do. Throws
// std::system_error if it may not pin threads to these CPUs.
Noise measure_noise(const std::vector<int>& cpus);

}  // namespace concbench::checkup
