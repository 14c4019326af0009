#include "reports/statistics/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace concbench {
namespace {

// The CPU time of all samples for each of what `count` counts of them, if every sample knows it.
template <class Count>
std::optional<double> cpu_per(const std::vector<Sample>& samples, Count Sample::*count) {
  double cpu = 0, counted = 0;
  for (const Sample& sample : samples) {
    if (!sample.cpu_ns) return std::nullopt;
    cpu += static_cast<double>(*sample.cpu_ns);
    counted += static_cast<double>(sample.*count);
  }
  if (counted <= 0) return std::nullopt;
  return cpu / counted;
}

}  // namespace

double median(std::vector<double> values) {
  assert(!values.empty());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

Estimate estimate(const std::vector<double>& process_medians) {
  assert(!process_medians.empty());
  const auto [low, high] = std::minmax_element(process_medians.begin(), process_medians.end());
  return {median(process_medians), *low, *high};
}

double range_level(int n) { return n < 1 ? 0 : 1 - std::exp2(1 - n); }

double spread(const Estimate& estimate) { return (estimate.high - estimate.low) / estimate.median; }

double geometric_mean(const std::vector<double>& values) {
  assert(!values.empty());
  double logarithms = 0;
  for (const double value : values) logarithms += std::log(value);
  return std::exp(logarithms / static_cast<double>(values.size()));
}

std::map<int, double> process_medians(const std::vector<Sample>& samples) {
  std::map<int, std::vector<double>> by_process;
  for (const Sample& sample : samples) {
    if (sample.ops == 0 || sample.wall_ns <= 0) continue;
    by_process[sample.process].push_back(static_cast<double>(sample.wall_ns) /
                                         static_cast<double>(sample.ops));
  }
  std::map<int, double> medians;
  for (auto& [process, values] : by_process) medians[process] = median(std::move(values));
  return medians;
}

std::optional<Summary> summarize(const std::vector<Sample>& samples) {
  std::vector<double> ns_per_op, ops_per_s;
  for (const auto& [process, value] : process_medians(samples)) {
    ns_per_op.push_back(value);
    ops_per_s.push_back(1e9 / value);
  }
  if (ns_per_op.empty()) return std::nullopt;
  const int processes = static_cast<int>(ns_per_op.size());
  return Summary{.ns_per_op = estimate(ns_per_op),
                 .ops_per_s = estimate(ops_per_s),
                 .cpu_per_wall = cpu_per(samples, &Sample::wall_ns),
                 .cpu_ns_per_op = cpu_per(samples, &Sample::ops),
                 .processes = processes,
                 .level = range_level(processes)};
}

}  // namespace concbench
