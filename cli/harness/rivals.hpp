// The two sides of a cell of `check`: how they are made ready, and how a pair of them is measured.
#pragma once

#include <string>

#include "reports/result/check.hpp"

namespace concbench {

// How many slices a side has in a pair, unless they take long.
constexpr int most_slices = 5;

// Each throws Refused if that side cannot run the cell, WorkerFailure (Replaced, if its program is
// another by now) or Interrupted.
class Rivals {
 public:
  virtual ~Rivals() = default;

  // Finds how many iterations a slice of the cell has.
  virtual void prepare_base(CheckedCell& cell) = 0;
  // Called after that, whether or not BASE can run the cell.
  virtual void prepare_next(CheckedCell& cell) = 0;
  // In what the two are not the same thing, or "".
  virtual std::string difference() const = 0;
  // Adds slices to the pair, and what the machine did meanwhile.
  virtual void measure(const CheckedCell& cell, Pair& pair) = 0;
  virtual void require_same_programs() const = 0;
};

}  // namespace concbench
