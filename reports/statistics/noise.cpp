#include "reports/statistics/noise.hpp"

#include <algorithm>
#include <cmath>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/detectable.hpp"
#include "reports/statistics/statistics.hpp"
#include "reports/statistics/verdict.hpp"

namespace concbench {
namespace {

// What `check` makes of them: of each pair the median log ratio of its slices.
std::vector<double> log_ratios(std::span<const double> slices) {
  constexpr std::size_t needed = 2 * slices_of_pair;
  std::vector<double> pairs;
  for (std::size_t first = 0; first + needed <= slices.size(); first += needed) {
    std::vector<double> ratios;
    for (std::size_t i = first; i < first + needed; i += 2) {
      ratios.push_back(std::log(slices[i + 1] / slices[i]));
    }
    pairs.push_back(median(std::move(ratios)));
  }
  return pairs;
}

}  // namespace

Noise noise_of(std::span<const double> slices_ns) {
  std::vector<double> sorted(slices_ns.begin(), slices_ns.end());
  std::ranges::sort(sorted);
  Noise noise;
  noise.slices = static_cast<int>(sorted.size());
  noise.median_ns = median(sorted);
  noise.range99 = (quantile(sorted, 0.995) - quantile(sorted, 0.005)) / noise.median_ns;
  std::vector<double> deviations;
  for (const double ns : sorted) deviations.push_back(std::abs(ns - noise.median_ns));
  noise.mad = median(std::move(deviations)) / noise.median_ns;
  const std::vector<double> pairs = log_ratios(slices_ns);
  noise.pairs = static_cast<int>(pairs.size());
  const Rule rule;
  if (const auto shift = smallest_detectable(pairs, rule.confirm, rule.power)) {
    noise.detectable = std::max(0.0, std::expm1(*shift));
  }
  return noise;
}

}  // namespace concbench
