#include "reports/statistics/change_points.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace concbench {
namespace {

// Medians as a shared machine gives them: some noise, and now and then a run that was disturbed.
std::vector<double> noisy(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, 0.02);
  std::uniform_real_distribution<double> luck(0, 1);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(100 * std::exp(noise(random) + (luck(random) < 0.1 ? 0.3 : 0)));
  }
  return values;
}

std::vector<double> stepped(std::vector<double> values, std::size_t at, double factor) {
  for (std::size_t i = at; i < values.size(); ++i) values[i] *= factor;
  return values;
}

TEST(ChangePoints, AreNotInASteadySeriesButForTheLevelOfTheTest) {
  int false_alarms = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    false_alarms += !change_points(noisy(30, seed), {.min_effect = 0}).empty();
  }
  // 3 are expected at the level of 0.01; 10 or more would come about once in 1,000 times.
  EXPECT_LT(false_alarms, 10);
}

// A disturbed run right before the change looks like the new level: the change is then found there.
TEST(ChangePoints, AreWhereTheLevelChanges) {
  int found = 0, near = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto changes = change_points(stepped(noisy(30, seed), 18, 1.1));
    found += changes.size() == 1;
    near += changes.size() == 1 && changes[0] >= 16 && changes[0] <= 20;
  }
  EXPECT_GE(found, 85);
  EXPECT_GE(near, 80);
}

TEST(ChangePoints, AreFoundUpAndDown) {
  const auto up_and_down = stepped(stepped(noisy(45, 7), 15, 1.3), 30, 1 / 1.3);
  const auto changes = change_points(up_and_down);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_NEAR(static_cast<double>(changes[0]), 15, 1);
  EXPECT_NEAR(static_cast<double>(changes[1]), 30, 1);
}

TEST(ChangePoints, LeaveOutlierAndTrifleAlone) {
  std::vector<double> values = noisy(20, 3);
  values[10] *= 50;
  EXPECT_TRUE(change_points(values).empty());
  const auto trifle = stepped(std::vector<double>(20, 100), 10, 1.01);
  EXPECT_TRUE(change_points(trifle).empty());
  EXPECT_EQ(change_points(trifle, {.min_effect = 0.005}), std::vector<std::size_t>{10});
}

TEST(ChangePoints, NeedValuesOnBothSides) {
  EXPECT_TRUE(change_points({}).empty());
  EXPECT_TRUE(change_points(std::vector{1.0, 1.0, 1.0, 2.0, 2.0, 2.0}).empty());
  EXPECT_TRUE(change_points(std::vector<double>(50, 3)).empty());
}

}  // namespace
}  // namespace concbench
