// How many iterations make a sample long enough to be timed.
#pragma once

#include <cstdint>

#include "cli/open_cell.hpp"

namespace concbench {

// Iterations that make a sample last `min_time_s`, found by running; the runs also warm the cell
// up. Throws what OpenCell::run throws.
std::int64_t iterations_for(OpenCell& cell, double min_time_s);

}  // namespace concbench
