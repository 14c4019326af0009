#include "reports/statistics/sign_flip.hpp"

#include <algorithm>
#include <numeric>

namespace concbench {

SignFlip::SignFlip(std::span<const int> scores) {
  const auto total = static_cast<std::size_t>(std::accumulate(scores.begin(), scores.end(), 0));
  // One coin after another: each sum stays as it is with one half, and grows by the score with the
  // other. Powers of one half are exact in binary.
  tail_.assign(total + 2, 0);
  tail_[0] = 1;
  for (const int score : scores) {
    const auto step = static_cast<std::size_t>(score);
    for (std::size_t sum = total + 1; sum-- > 0;) {
      tail_[sum] = (tail_[sum] + (sum >= step ? tail_[sum - step] : 0)) / 2;
    }
  }
  for (std::size_t sum = total + 1; sum-- > 0;) tail_[sum] += tail_[sum + 1];
}

double SignFlip::at_least(std::int64_t sum) const {
  const auto last = static_cast<std::int64_t>(tail_.size()) - 1;
  return tail_[static_cast<std::size_t>(std::clamp<std::int64_t>(sum, 0, last))];
}

double SignFlip::at_most(std::int64_t sum) const {
  // The sum of the other scores has the same law.
  const auto total = static_cast<std::int64_t>(tail_.size()) - 2;
  return at_least(total - sum);
}

double SignFlip::attained(double level) const {
  return *std::ranges::find_if(tail_, [&](double p) { return p <= level; });
}

}  // namespace concbench
