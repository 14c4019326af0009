// What a session tells of itself while it goes on.
#pragma once

#include "reports/result/result.hpp"

namespace concbench {

class Progress {
 public:
  virtual ~Progress() = default;

  // A process begins on this cell; `ahead_s` is expected of it and of all after it.
  virtual void begin(const Cell& cell, double ahead_s) = 0;
  virtual void end_step() = 0;
  // Nothing more will be run of this cell.
  virtual void finish(const Cell& cell) = 0;
};

}  // namespace concbench
