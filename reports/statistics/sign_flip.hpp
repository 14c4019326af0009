// The sign-flip test: if the sign of each difference is decided by a fair coin, every pattern of
// signs is equally likely, whatever the sizes are and whatever the machine did meanwhile. Its law
// is that of the coin, and exact.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace concbench {

// The exact law of the sum of those scores whose sign came up positive.
class SignFlip {
 public:
  // Whole numbers, none below 0.
  explicit SignFlip(std::span<const int> scores);

  // The probability of a sum as large as this, or larger.
  double at_least(std::int64_t sum) const;
  // That of a sum as small as this, or smaller.
  double at_most(std::int64_t sum) const;
  // The largest probability that at_least() gives and that is no more than `level`: the size that a
  // test at this level really has. 0 if no sum is that unlikely.
  double attained(double level) const;

 private:
  std::vector<double> tail_;  // tail_[s]: the probability of s or more
};

}  // namespace concbench
