// Wilcoxon's signed-rank test of paired differences, and the estimate that belongs to it
// (M. Hollander, D. A. Wolfe, E. Chicken: Nonparametric Statistical Methods, 3rd ed., chapter 3).
// All of it exact: no normal approximation, at any number of pairs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/sign_flip.hpp"

namespace concbench {

// Differences of 0 say nothing about a direction and are left out; equal sizes share their ranks.
class SignedRank {
 public:
  explicit SignedRank(std::span<const double> differences);

  // One-sided: how likely differences as large as these are (or as small), if a coin gave the
  // signs.
  double p_above() const { return law_.at_least(positive_); }
  double p_below() const { return law_.at_most(positive_); }
  // The size that a one-sided test of these differences has at this level.
  double attained(double level) const { return law_.attained(level); }

 private:
  std::vector<int> scores_;  // twice the ranks, so that shared ranks are whole
  std::int64_t positive_ = 0;
  SignFlip law_;
};

// The Hodges–Lehmann estimate: the median of the means of all pairs of values, each with itself
// too. `values` must not be empty.
double hodges_lehmann(std::span<const double> values);

// The largest number that the one-sided test at level `alpha` rejects as the centre of the values:
// they lie above it. Nothing if there are too few values for that level.
std::optional<double> lower_bound(std::span<const double> values, double alpha);

struct Interval {
  double low, high;
};
// The centres that the two-sided test does not reject: holds the true one with at least `level`.
std::optional<Interval> signed_rank_interval(std::span<const double> values, double level);

}  // namespace concbench
