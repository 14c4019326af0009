// The bootstrap (B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap, 1993): what a
// statistic would have been, had the values been drawn again from those that were seen.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace concbench {

// The statistic of each resample, in ascending order. The same seed gives the same resamples with
// any standard library. `values` must not be empty.
template <class Statistic>
std::vector<double> bootstrap(std::span<const double> values, int resamples, std::uint64_t seed,
                              Statistic statistic) {
  assert(!values.empty());
  std::mt19937_64 random(seed);
  std::vector<double> drawn(values.size()), found;
  for (int i = 0; i < resamples; ++i) {
    // The remainder favours small indices by less than n in 2^64.
    for (double& value : drawn) value = values[random() % values.size()];
    found.push_back(statistic(std::span<const double>(drawn)));
  }
  std::ranges::sort(found);
  return found;
}

// The smallest of the sorted values that at least this share of them does not exceed.
inline double quantile(const std::vector<double>& sorted, double share) {
  assert(!sorted.empty());
  const auto count = static_cast<double>(sorted.size());
  std::size_t rank = 0;
  while (rank + 1 < sorted.size() && static_cast<double>(rank + 1) < share * count) ++rank;
  return sorted[rank];
}

}  // namespace concbench
