#include "reports/statistics/interim_analysis.hpp"

#include <algorithm>
#include <cmath>

namespace concbench {

bool is_interim_analysis(int pairs) { return std::ranges::count(interim_analyses, pairs) > 0; }

double AlphaSpending::level(int pairs) const {
  const double share = static_cast<double>(pairs) / last_analysis;
  return std::max(0.0, alpha_ * std::sqrt(share) - spent_);
}

}  // namespace concbench
