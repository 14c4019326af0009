#include "reports/statistics/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

// From 1; equal values share the mean of theirs.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  std::vector<double> ranks;
  for (const double value : values) {
    const auto [first, last] = std::ranges::equal_range(sorted, value);
    const auto from = static_cast<double>(first - sorted.begin());
    const auto to = static_cast<double>(last - sorted.begin());
    ranks.push_back((from + 1 + to) / 2);
  }
  return ranks;
}

struct Cut {
  std::size_t at = 0;
  double size = 0;  // of the rank sum, in standard deviations
};

Cut best_cut(std::span<const double> ranks, std::size_t shortest) {
  const auto n = static_cast<double>(ranks.size());
  Cut best;
  double sum = 0;
  for (std::size_t k = 1; k + shortest <= ranks.size(); ++k) {
    sum += ranks[k - 1];
    if (k < shortest) continue;
    const auto left = static_cast<double>(k);
    const double deviation = std::sqrt(left * (n - left) * (n + 1) / 12);
    const double size = std::abs(sum - left * (n + 1) / 2) / deviation;
    if (size > best.size) best = {k, size};
  }
  return best;
}

// The standard's shuffle is another one in each library.
void shuffle(std::vector<double> &values, std::mt19937_64 &random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

// Whether a cut this good is rare among random orders. Stops as soon as it is
// clear that it is not.
bool is_rare(std::vector<double> ranks, const Cut &cut, const ChangeRule &rule) {
  constexpr int orders = 1999;
  const auto most = static_cast<int>(rule.level * (orders + 1)) - 1;
  std::mt19937_64 random(1);
  int as_good = 0;
  for (int i = 0; i < orders; ++i) {
    shuffle(ranks, random);
    // A billionth against rounding, which depends on the order of the sum.
    if (best_cut(ranks, rule.shortest).size >= cut.size - 1e-9 && ++as_good > most) return false;
  }
  return true;
}

double level_of(std::span<const double> values) {
  return median(std::vector<double>(values.begin(), values.end()));
}

void search(std::span<const double> values, std::size_t offset, const ChangeRule &rule,
            std::vector<std::size_t> &found) {
  if (values.size() < 2 * rule.shortest) return;
  const std::vector<double> ranks = ranks_of(values);
  const Cut cut = best_cut(ranks, rule.shortest);
  if (cut.at == 0 || !is_rare(ranks, cut, rule)) return;
  const auto left = values.first(cut.at), right = values.subspan(cut.at);
  search(left, offset, rule, found);
  if (std::abs(std::log(level_of(right) / level_of(left))) >= std::log1p(rule.min_effect)) {
    found.push_back(offset + cut.at);
  }
  search(right, offset + cut.at, rule, found);
}

}  // namespace

std::vector<std::size_t> change_points(std::span<const double> values, const ChangeRule &rule) {
  std::vector<std::size_t> found;
  search(values, 0, rule, found);
  return found;
}

}  // namespace concbench
