// Wilcoxon's rank-sum test, also Mann and Whitney's, of two unpaired samples, as an interval: the
// shifts that the exact test does not reject (M. Hollander, D. A. Wolfe, E. Chicken: Nonparametric
// Statistical Methods, 3rd ed., chapter 4).
#pragma once

#include <optional>
#include <span>

#include "reports/statistics/signed_rank.hpp"

namespace concbench {

// By how much the values of b exceed those of a: the median of all differences between a value of
// each. Neither may be empty.
double shift(std::span<const double> a, std::span<const double> b);

// Holds the true shift with at least `level`. Nothing if there are too few values for that level:
// 99 % needs five on each side. Up to `most_exact` values together the law is enumerated; beyond,
// it is approximated by a normal one.
std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b,
                                       double level);
inline constexpr std::size_t most_exact = 100;

}  // namespace concbench
