#include "reports/statistics/rank_sum.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  std::vector<double> all;
  all.reserve(a.size() * b.size());
  for (const double x : a) {
    for (const double y : b) all.push_back(y - x);
  }
  return all;
}

// P(U = u) for u = 0 … m·n, where U counts the pairs in which b exceeds a. The largest of all
// values is one of b with probability n / (m + n), and then exceeds m of a; hence the recursion.
std::vector<double> law_of_u(std::size_t m, std::size_t n) {
  // Row j: the law for i values of a and j of b, for growing i.
  std::vector<std::vector<double>> rows(n + 1, {1});
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t j = 1; j <= n; ++j) {
      std::vector<double> law(i * j + 1, 0);
      const double total = static_cast<double>(i + j);
      for (std::size_t u = 0; u < rows[j].size(); ++u) {
        law[u] += rows[j][u] * static_cast<double>(i) / total;
      }
      for (std::size_t u = 0; u < rows[j - 1].size(); ++u) {
        law[u + i] += rows[j - 1][u] * static_cast<double>(j) / total;
      }
      rows[j] = std::move(law);
    }
  }
  return rows[n];
}

// The largest k with P(U < k) ≤ alpha: how many differences may be cut off at each end.
std::size_t cut(std::size_t m, std::size_t n, double alpha) {
  if (m + n > most_exact) {
    const auto x = static_cast<double>(m), y = static_cast<double>(n);
    const double deviation = std::sqrt(x * y * (x + y + 1) / 12);
    double low = -40, high = 0;  // the quantile, by bisection
    for (int i = 0; i < 100; ++i) {
      const double middle = (low + high) / 2;
      (std::erfc(-middle / std::sqrt(2)) / 2 <= alpha ? low : high) = middle;
    }
    return static_cast<std::size_t>(std::max(0.0, std::floor(x * y / 2 + low * deviation)));
  }
  const std::vector<double> law = law_of_u(m, n);
  double below = 0;
  std::size_t k = 0;
  while (k < law.size() && below + law[k] <= alpha) below += law[k++];
  return k;
}

}  // namespace

double shift(std::span<const double> a, std::span<const double> b) {
  return median(differences(a, b));
}

std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b,
                                       double level) {
  const std::size_t k = cut(a.size(), b.size(), (1 - level) / 2);
  if (k == 0) return std::nullopt;
  std::vector<double> all = differences(a, b);
  std::ranges::sort(all);
  return Interval{all[k - 1], all[all.size() - k]};
}

}  // namespace concbench
