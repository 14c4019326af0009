#include "reports/statistics/statistics.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace concbench {
namespace {

Sample sample(int process, std::int64_t wall_ns, std::uint64_t ops,
              std::optional<std::int64_t> cpu_ns = {}) {
  Sample sample;
  sample.process = process;
  sample.iterations = 1;
  sample.wall_ns = wall_ns;
  sample.ops = ops;
  sample.cpu_ns = cpu_ns;
  return sample;
}

TEST(Median, IsTheMiddleValueOrTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({9, 1, 4, 5}), 4.5);
  EXPECT_EQ(median({2, 2, 2, 1000}), 2);
}

TEST(Estimate, IsTheMedianWithTheRange) {
  const Estimate e = estimate({3, 1, 10, 2});
  EXPECT_EQ(e.median, 2.5);
  EXPECT_EQ(e.low, 1);
  EXPECT_EQ(e.high, 10);
  EXPECT_DOUBLE_EQ(spread(e), 3.6);
}

// Counts every way in which n draws can fall below or above the true median, all equally likely:
// the range holds it unless all fall on one side.
TEST(RangeLevel, AgreesWithCountingEveryCase) {
  for (int n = 1; n <= 16; ++n) {
    int held = 0;
    const int cases = 1 << n;
    for (int above = 0; above < cases; ++above) held += above != 0 && above != cases - 1;
    EXPECT_EQ(range_level(n), static_cast<double>(held) / cases) << n;
  }
}

TEST(RangeLevel, IsNothingForOneProcessAndThePublishedFigureForSix) {
  EXPECT_EQ(range_level(0), 0);
  EXPECT_EQ(range_level(1), 0);
  EXPECT_EQ(range_level(6), 0.96875);
}

TEST(GeometricMean, LetsTenTimesAndATenthCancelOut) {
  EXPECT_DOUBLE_EQ(geometric_mean({10, 0.1}), 1);
  EXPECT_DOUBLE_EQ(geometric_mean({1, 2, 4}), 2);
}

TEST(Summary, TakesTheProcessAsItsUnit) {
  // Medians of the processes: 2, 5 and 3 ns. All samples in one heap would have the median 2.
  const auto summary =
      summarize({sample(0, 200, 100), sample(0, 200, 100), sample(0, 900, 100), sample(0, 200, 100),
                 sample(1, 500, 100), sample(2, 200, 100), sample(2, 400, 100)});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->processes, 3);
  EXPECT_EQ(summary->level, 0.75);
  EXPECT_DOUBLE_EQ(summary->ns_per_op.median, 3);
  EXPECT_DOUBLE_EQ(summary->ns_per_op.low, 2);
  EXPECT_DOUBLE_EQ(summary->ns_per_op.high, 5);
  EXPECT_DOUBLE_EQ(summary->ops_per_s.median, 1e9 / 3);
  EXPECT_DOUBLE_EQ(summary->ops_per_s.low, 2e8);
  EXPECT_DOUBLE_EQ(summary->ops_per_s.high, 5e8);
}

TEST(Summary, KnowsTheCpuShareOnlyIfEverySampleDoes) {
  EXPECT_DOUBLE_EQ(*summarize({sample(0, 100, 1, 50), sample(1, 300, 1, 350)})->cpu_per_wall, 1);
  EXPECT_FALSE(summarize({sample(0, 100, 1, 50), sample(1, 300, 1)})->cpu_per_wall);
}

TEST(Summary, IsNullWithoutAnythingCounted) {
  EXPECT_FALSE(summarize({}));
  EXPECT_FALSE(summarize({sample(0, 100, 0), sample(1, 0, 100)}));
}

}  // namespace
}  // namespace concbench
