#include "reports/statistics/rank_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace concbench {
namespace {

// How often U is below k if any choice of n of the first m + n numbers is equally likely, by going
// through all choices.
double share_below(int m, int n, int k) {
  std::vector<int> of_b(static_cast<std::size_t>(m + n), 0);
  std::fill(of_b.end() - n, of_b.end(), 1);
  double below = 0, all = 0;
  do {
    int u = 0, seen_a = 0;
    for (const int is_b : of_b) is_b ? u += seen_a : ++seen_a;
    below += u < k;
    ++all;
  } while (std::next_permutation(of_b.begin(), of_b.end()));
  return below / all;
}

std::vector<double> numbers(int n, double first) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), first);
  return values;
}

TEST(Shift, IsTheMedianOfAllDifferences) {
  EXPECT_EQ(shift(std::vector{1.0, 2.0, 9.0}, std::vector{4.0, 5.0}), 3 - 0.5);
  EXPECT_EQ(shift(numbers(6, 0), numbers(6, 10)), 10);
}

TEST(ShiftInterval, CutsOffAsManyDifferencesAsExactEnumerationAllows) {
  for (int m = 2; m <= 8; ++m) {
    for (int n = 2; n <= 8; ++n) {
      // So far apart that the k-th smallest difference tells k.
      std::vector<double> a, b, differences;
      for (int i = 0; i < m; ++i) a.push_back(-i * 100);
      for (int j = 0; j < n; ++j) b.push_back(j);
      for (const double x : a)
        for (const double y : b) differences.push_back(y - x);
      std::ranges::sort(differences);
      for (const double level : {0.9, 0.95, 0.99}) {
        int k = 0;
        while (share_below(m, n, k + 1) <= (1 - level) / 2) ++k;
        const auto interval = shift_interval(a, b, level);
        ASSERT_EQ(interval.has_value(), k > 0) << m << ' ' << n << ' ' << level;
        if (!interval) continue;
        EXPECT_EQ(interval->low, differences[static_cast<std::size_t>(k - 1)]) << m << ' ' << n;
        EXPECT_EQ(interval->high, *(differences.end() - k)) << m << ' ' << n;
      }
    }
  }
}

TEST(ShiftInterval, NeedsFiveOnEachSideFor99Percent) {
  EXPECT_FALSE(shift_interval(numbers(4, 0), numbers(5, 10), 0.99));
  EXPECT_TRUE(shift_interval(numbers(5, 0), numbers(5, 10), 0.99));
}

TEST(ShiftInterval, HasTheApproximationMeetTheExactLaw) {
  const auto width = [](int n) {
    const auto interval = shift_interval(numbers(n, 0), numbers(n, 0), 0.99);
    return (interval->high - interval->low) / n;
  };
  EXPECT_NEAR(width(static_cast<int>(most_exact) / 2), width(static_cast<int>(most_exact) / 2 + 1),
              0.03);
}

}  // namespace
}  // namespace concbench
