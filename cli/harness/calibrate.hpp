// How many iterations make a sample long enough to be timed.
#pragma once

#include <cstdint>

#include "cli/harness/open_cell.hpp"

namespace concbench {

// Times as long as what is timed of it a sample may last: see iterations_for.
constexpr double longest_sample = 5;

// What the samples of one worker may take in all, in seconds, before the second of them is the
// last.
inline double most_sampling(int repetitions, double min_time_s) {
  return repetitions * longest_sample * min_time_s;
}

// Iterations that make a sample last `min_time_s`, found by running; the runs also warm the cell
// up. What goes on around the clock, such as making 1,000 participants, may take many times what is
// timed; a sample then ends after `most_span` × `min_time_s`, and what is timed is shorter. Throws
// what OpenCell::run throws.
std::int64_t iterations_for(OpenCell& cell, double min_time_s, double most_span = longest_sample);

}  // namespace concbench
