#include "reports/statistics/signed_rank.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

std::vector<double> without_zeros(std::span<const double> values) {
  std::vector<double> kept(values.begin(), values.end());
  std::erase(kept, 0.0);
  return kept;
}

// Twice the rank of each value's size; equal sizes get the mean of the ranks that they take.
std::vector<int> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto size = [&](std::size_t i) { return std::abs(values[i]); };
  std::ranges::sort(order, {}, size);
  std::vector<int> ranks(values.size());
  for (std::size_t from = 0, to; from < order.size(); from = to) {
    for (to = from; to < order.size() && size(order[to]) == size(order[from]);) ++to;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = static_cast<int>(from + 1 + to);
  }
  return ranks;
}

std::vector<double> walsh_averages(std::span<const double> values) {
  std::vector<double> averages;
  averages.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i; j < values.size(); ++j) {
      averages.push_back(std::midpoint(values[i], values[j]));
    }
  }
  return averages;
}

SignFlip law_of_ranks(std::size_t n) {
  std::vector<int> ranks(n);
  std::iota(ranks.begin(), ranks.end(), 1);
  return SignFlip(ranks);
}

}  // namespace

SignedRank::SignedRank(std::span<const double> differences)
    : scores_(doubled_ranks(without_zeros(differences))), law_(scores_) {
  const std::vector<double> kept = without_zeros(differences);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] > 0) positive_ += scores_[i];
  }
}

double hodges_lehmann(std::span<const double> values) { return median(walsh_averages(values)); }

std::optional<double> lower_bound(std::span<const double> values, double alpha) {
  // Of n(n+1)/2 averages, as many lie above a centre as the positive ranks about it sum up to. The
  // test rejects it if no more than `few` lie below, and `few` is the last sum that is so unlikely.
  const SignFlip law = law_of_ranks(values.size());
  std::int64_t few = -1;
  while (law.at_most(few + 1) <= alpha) ++few;
  if (few < 0) return {};
  std::vector<double> averages = walsh_averages(values);
  const auto bound = averages.begin() + few;
  std::nth_element(averages.begin(), bound, averages.end());
  return *bound;
}

std::optional<Interval> signed_rank_interval(std::span<const double> values, double level) {
  std::vector<double> mirrored(values.begin(), values.end());
  for (double& value : mirrored) value = -value;
  const auto low = lower_bound(values, (1 - level) / 2);
  const auto high = lower_bound(mirrored, (1 - level) / 2);
  if (!low || !high) return {};
  return Interval{*low, -*high};
}

}  // namespace concbench
