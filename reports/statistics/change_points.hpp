// Where a series changed its level: binary segmentation with a permutation
// test.
//
// The values are replaced by their ranks, so that single outliers weigh no more
// than any other value. Each way to cut the series in two is judged by the
// standardised rank sum of its left part; the best cut counts if, among the
// same values in random orders, hardly any has one as good. Then the parts are
// searched in the same way.
//
// The test is exact for values that could as well have come in any other order.
// A machine that drifts slowly gives series that could not: such a drift is
// reported as a step.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace concbench {

struct ChangeRule {
  double level = 0.01;       // false alarms in a series (or part of one) without any change
  std::size_t shortest = 4;  // values on each side of a change
  double min_effect = 0.02;  // the levels on both sides differ by at least this share
};

// The index of the first value of each new level, ascending. Values must be
// above 0. The same values give the same answer.
std::vector<std::size_t> change_points(std::span<const double> values, const ChangeRule &rule = {});

}  // namespace concbench
