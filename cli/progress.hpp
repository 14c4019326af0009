// How a long run shows on stderr that it goes on: a bar with the time left on a terminal, a line
// for each finished cell elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "reports/result.hpp"

namespace concbench {

class Progress {
 public:
  Progress(std::size_t steps, double expected_s, bool terminal);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // A worker begins on this cell; `ahead_s` is expected of it and of all after it.
  void begin(const Cell& cell, double ahead_s);
  void end_step();
  // A cell has its last word.
  void finish(const Cell& cell);

 private:
  void clear() const;

  std::size_t steps_, done_ = 0;
  bool terminal_;
};

// "1 min 20 s"
std::string spoken_time(double seconds);

}  // namespace concbench
