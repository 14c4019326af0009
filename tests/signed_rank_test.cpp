#include "reports/statistics/signed_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "reports/statistics/sign_flip.hpp"

namespace concbench {
namespace {

// The share of all 2^n patterns of signs whose positive scores sum up to at least this.
double enumerated(const std::vector<int>& scores, std::int64_t least) {
  int count = 0;
  const int patterns = 1 << scores.size();
  for (int pattern = 0; pattern < patterns; ++pattern) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) sum += pattern >> i & 1 ? scores[i] : 0;
    count += sum >= least;
  }
  return static_cast<double>(count) / patterns;
}

std::vector<double> noise(int n, unsigned seed, double centre = 0) {
  std::mt19937_64 random(seed);
  std::student_t_distribution<double> heavy_tails(3);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(centre + heavy_tails(random));
  return values;
}

TEST(SignFlip, AgreesWithEveryPatternOfSigns) {
  for (const std::vector<int>& scores :
       {std::vector<int>{1, 2, 3, 4, 5}, {3}, {7, 7, 7, 2}, {0, 1, 10, 100, 5, 5, 9, 31}}) {
    const SignFlip law(scores);
    const int total = std::accumulate(scores.begin(), scores.end(), 0);
    for (std::int64_t sum = -2; sum <= total + 2; ++sum) {
      EXPECT_EQ(law.at_least(sum), enumerated(scores, sum)) << sum;
      EXPECT_EQ(law.at_most(sum), 1 - enumerated(scores, sum + 1)) << sum;
    }
  }
}

TEST(SignFlip, HasTheSizeThatItsStepsAllow) {
  const SignFlip law(std::vector<int>{1, 2, 3, 4});  // 16 patterns; 10, 9 and 8 once each
  EXPECT_EQ(law.attained(0.05), 0);
  EXPECT_EQ(law.attained(1. / 16), 1. / 16);
  EXPECT_EQ(law.attained(0.12), 1. / 16);
  EXPECT_EQ(law.attained(0.2), 3. / 16);
}

TEST(SignedRank, AgreesWithEveryPatternOfSignsOfTheSameSizes) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<double> values = noise(9, seed, 0.5);
    if (seed % 2) {  // equal sizes
      values[1] = -values[0];
      values[2] = values[0];
    }
    const auto statistic = [](const std::vector<double>& v) {
      double sum = 0;  // of the ranks of positive values, each rank counted from its definition
      for (const double a : v) {
        if (a <= 0) continue;
        sum += 0.5;
        for (const double b : v) {
          sum += std::abs(b) < std::abs(a) ? 1 : std::abs(b) == std::abs(a) ? 0.5 : 0;
        }
      }
      return sum;
    };
    int as_large = 0, as_small = 0;
    const int patterns = 1 << values.size();
    for (int pattern = 0; pattern < patterns; ++pattern) {
      std::vector<double> flipped = values;
      for (std::size_t i = 0; i < flipped.size(); ++i) {
        if (pattern >> i & 1) flipped[i] = -flipped[i];
      }
      as_large += statistic(flipped) >= statistic(values);
      as_small += statistic(flipped) <= statistic(values);
    }
    const SignedRank test(values);
    EXPECT_EQ(test.p_above(), static_cast<double>(as_large) / patterns) << seed;
    EXPECT_EQ(test.p_below(), static_cast<double>(as_small) / patterns) << seed;
  }
}

TEST(SignedRank, GivesThePublishedTails) {
  // Hollander & Wolfe, table A.4: n = 8: P(T+ >= 33) = .020, n = 10: P(T+ >= 47) = .024.
  EXPECT_NEAR(SignedRank(std::vector<double>{1, 2, -3, 4, 5, 6, 7, 8}).p_above(), 0.020, 0.0005);
  EXPECT_NEAR(SignedRank(std::vector<double>{1, 2, 3, 4, 5, 6, 7, -8, 9, 10}).p_above(), 0.024,
              0.0005);
  EXPECT_EQ(SignedRank(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}).p_above(), 1. / 256);
  EXPECT_EQ(SignedRank(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}).p_below(), 1);
}

TEST(SignedRank, LearnsNothingFromZeros) {
  EXPECT_EQ(SignedRank(std::vector<double>{0, 0, 0}).p_above(), 1);
  EXPECT_EQ(SignedRank(std::vector<double>{1, 0, 2, 0, 3}).p_above(), 1. / 8);
}

TEST(HodgesLehmann, IsTheMedianOfAllMeansOfTwo) {
  EXPECT_EQ(hodges_lehmann(std::vector<double>{4}), 4);
  EXPECT_EQ(hodges_lehmann(std::vector<double>{1, 2, 9}), 3.5);  // 1 1.5 2 5 5.5 9
  EXPECT_EQ(hodges_lehmann(std::vector<double>{-5, 5}), 0);
}

// The definition of a confidence interval: exactly the centres that the test does not reject.
TEST(Interval, HoldsTheCentresThatTheTestDoesNotReject) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const std::vector<double> values = noise(8 + static_cast<int>(seed) * 4, seed, 1);
    for (const double level : {0.90, 0.95, 0.99}) {
      const auto interval = signed_rank_interval(values, level);
      ASSERT_TRUE(interval);
      const auto rejected = [&](double centre) {
        std::vector<double> about = values;
        for (double& value : about) value -= centre;
        const SignedRank test(about);
        return std::min(test.p_above(), test.p_below()) <= (1 - level) / 2;
      };
      const double step = 1e-9;
      EXPECT_TRUE(rejected(interval->low - step));
      EXPECT_FALSE(rejected(interval->low + step));
      EXPECT_FALSE(rejected(interval->high - step));
      EXPECT_TRUE(rejected(interval->high + step));
    }
  }
}

TEST(Interval, IsUnknownForTooFewValues) {
  EXPECT_FALSE(signed_rank_interval(noise(7, 1), 0.99));  // 2/128 is more than .01
  const std::vector<double> eight = noise(8, 1);
  const auto interval = signed_rank_interval(eight, 0.99);  // 2/256 is less
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, std::ranges::min(eight));
  EXPECT_EQ(interval->high, std::ranges::max(eight));
}

}  // namespace
}  // namespace concbench
