// How a long run shows on stderr that it goes on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "reports/result/result.hpp"
#include "reports/text/text.hpp"

namespace concbench {

class Progress {
 public:
  virtual ~Progress() = default;

  // A worker begins on this cell; `ahead_s` is expected of it and of all after it.
  virtual void begin(const Cell& cell, double ahead_s) = 0;
  virtual void end_step() = 0;
  // A cell has its last word.
  virtual void finish(const Cell& cell) = 0;
};

// Begins with how much there is to do. A bar with the time left on a terminal, a line for each
// finished cell elsewhere.
std::unique_ptr<Progress> make_progress(std::size_t steps, double expected_s, bool terminal);

// "1 min 20 s"
std::string spoken_time(double seconds);

// "[#####.....] 3/7  20 s left"
std::string bar_of(std::size_t done, std::size_t steps, double ahead_s);

// What a cell came to, in a line: its time, or why it has none.
std::string outcome_of(const Cell& cell);

}  // namespace concbench
