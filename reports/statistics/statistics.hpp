// From samples to estimates. The unit is the process: samples within one share its memory layout,
// its placement and its neighbours, and are no independent draws.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

// The middle value; of an even number the mean of the middle two. `values` must not be empty.
double median(std::vector<double> values);

// The median of the processes' medians, with their range. `process_medians` must not be empty.
Estimate estimate(const std::vector<double>& process_medians);

// How surely the range of n independent draws holds the median of what they are drawn from. It
// misses only if all of them fall on the same side of it, each with probability one half:
// 1 − 2·2^−n (H. A. David, H. N. Nagaraja: Order Statistics, 3rd ed., section 7.1). For n = 6:
// 0.96875; for n = 1: 0.
double range_level(int n);

// The width of the range as a share of the median.
double spread(const Estimate& estimate);

// The mean of ratios: ten times and a tenth cancel out. `values` must not be empty, and all above
// 0.
double geometric_mean(const std::vector<double>& values);

// Of each process the median time of one operation, in ns; only of processes with a sample that
// counted an operation and took time.
std::map<int, double> process_medians(const std::vector<Sample>& samples);

// Null without a sample that counted an operation and took time.
std::optional<Summary> summarize(const std::vector<Sample>& samples);

}  // namespace concbench
