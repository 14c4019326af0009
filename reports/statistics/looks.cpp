#include "reports/statistics/looks.hpp"

#include <algorithm>
#include <cmath>

namespace concbench {

bool is_look(int pairs) { return std::ranges::count(looks, pairs) > 0; }

double AlphaSpending::level(int pairs) const {
  const double share = static_cast<double>(pairs) / last_look;
  return std::max(0.0, alpha_ * std::sqrt(share) - spent_);
}

}  // namespace concbench
