// The noise floor from slices that are made up, and what a run's own spread says about trust.
#include "reports/statistics/noise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "reports/text/trust.hpp"
#include "tests/example_result.hpp"

namespace concbench {
namespace {

std::vector<double> scattered(double share, int count) {
  std::mt19937_64 random(1);
  std::vector<double> slices;
  for (int i = 0; i < count; ++i) {
    slices.push_back(1e6 * (1 + share * (static_cast<double>(random() % 1000) / 999 - 0.5)));
  }
  return slices;
}

TEST(NoiseFloor, OfSlicesThatAreAllEqualIsNothing) {
  const Noise noise = noise_of(std::vector<double>(320, 2e6));
  EXPECT_EQ(noise.slices, 320);
  EXPECT_EQ(noise.median_ns, 2e6);
  EXPECT_EQ(noise.range99, 0);
  EXPECT_EQ(noise.mad, 0);
  EXPECT_EQ(noise.pairs, 32);
}

TEST(NoiseFloor, GrowsWithTheScatter) {
  const Noise little = noise_of(scattered(0.02, 320)), much = noise_of(scattered(0.2, 320));
  EXPECT_NEAR(little.range99, 0.02, 0.001);
  EXPECT_NEAR(much.range99, 0.2, 0.01);
  EXPECT_NEAR(much.mad, 0.05, 0.01);  // a quarter of the width, in a uniform law
  ASSERT_TRUE(little.detectable && much.detectable);
  EXPECT_GT(*much.detectable, 5 * *little.detectable);
  EXPECT_LT(*much.detectable, much.range99);
}

TEST(NoiseFloor, IgnoresOneDisturbedSliceButShowsTen) {
  std::vector<double> slices(320, 1e6);
  slices[7] = 9e6;
  EXPECT_EQ(noise_of(slices).range99, 0);
  for (std::size_t i = 10; i < 20; ++i) slices[i] = 9e6;
  EXPECT_EQ(noise_of(slices).range99, 8);
  EXPECT_EQ(noise_of(slices).mad, 0);
}

TEST(NoiseFloor, PromisesNothingWithTooFewPairs) {
  EXPECT_FALSE(noise_of(scattered(0.02, 60)).detectable);
  EXPECT_EQ(noise_of(scattered(0.02, 69)).pairs, 6);
  EXPECT_FALSE(noise_of(std::vector<double>{1e6}).detectable);
}

Result run_of(std::vector<std::vector<double>> processes) {
  Result result;
  for (const auto& ns_per_op : processes) {
    result.cells.push_back(measured(example_cell("serial", "fib", {}, 1), ns_per_op, 1));
  }
  return result;
}

TEST(Trust, IsMeasuredByTheMedianOfTheCellsOwnSpread) {
  const Result result = run_of({{100, 101, 102}, {100, 150, 190}, {95, 100, 105}});
  EXPECT_NEAR(*typical_spread(result), 0.1, 1e-9);
  EXPECT_NE(trust(result).find("no warning about this machine: differences under 10 %"),
            std::string::npos)
      << trust(result);
}

TEST(Trust, NamesTheWarningsAndOnlyThem) {
  Result result = run_of({{95, 100, 105}});
  result.environment.findings = {{"governor", Severity::warning, "powersave", "e", "f"},
                                 {"smt", Severity::note, "on", "e", "f"},
                                 {"load", Severity::warning, "2.1", "e", "f"}};
  EXPECT_EQ(trust(result).find("2 warnings about this machine (governor, load): "), 0U)
      << trust(result);
}

TEST(Trust, CannotBeToldByOneProcess) {
  const Result result = run_of({{100}});
  EXPECT_FALSE(typical_spread(result));
  EXPECT_EQ(trust(result).find('%'), std::string::npos) << trust(result);
}

}  // namespace
}  // namespace concbench
