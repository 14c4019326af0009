// How many iterations make a sample long enough to be timed.
#pragma once

#include <cstdint>

#include "cli/open_cell.hpp"

namespace concbench {

// Iterations that make a sample last `min_time_s`, found by running; the runs also warm the cell
// up. What goes on around the clock, such as making 1,000 participants, may take many times what is
// timed; a sample then ends after `most_span` × `min_time_s`, and what is timed is shorter. Throws
// what OpenCell::run throws.
std::int64_t iterations_for(OpenCell& cell, double min_time_s, double most_span = 5);

}  // namespace concbench
