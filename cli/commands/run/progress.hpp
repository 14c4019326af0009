// How a long run shows on stderr that it goes on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "cli/harness/progress.hpp"

namespace concbench {

// Begins with how much there is to do. A bar with the time left on a terminal, a line for each
// finished cell elsewhere.
std::unique_ptr<Progress> make_progress(std::size_t steps, double expected_s, bool terminal);

// "[#####.....] 3/7  20 s left"
std::string bar_of(std::size_t done, std::size_t steps, double ahead_s);

// What a cell came to, in a line: its time, or why it has none.
std::string outcome_of(const Cell& cell);

}  // namespace concbench
