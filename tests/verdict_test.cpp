#include "reports/statistics/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "reports/statistics/detectable.hpp"
#include "reports/statistics/pair.hpp"

namespace concbench {
namespace {

using Source = std::function<double()>;

Source normal(double centre, double scatter, unsigned seed) {
  return [=, random = std::mt19937_64(seed),
          noise = std::normal_distribution<double>(centre, scatter)]() mutable {
    return noise(random);
  };
}

Judgement judged(Source next, int most_pairs = 1000, const Rule& rule = {}) {
  Judge judge(rule);
  for (int i = 0; i < most_pairs && !judge.decided(); ++i) judge.add(next());
  return judge.conclude("the time was used up");
}

const double slower_by_5 = std::log(1.05);

TEST(Judge, FindsASlowdownTwiceBeforeItSaysSo) {
  const Judgement found = judged(normal(slower_by_5, 0.01, 1));
  EXPECT_EQ(found.verdict, Verdict::regression);
  EXPECT_EQ(found.pairs, 16);  // 8 to suspect, 8 to confirm
  EXPECT_EQ(found.deciding, 8);
  EXPECT_TRUE(found.confirming);
  ASSERT_TRUE(found.effect);
  EXPECT_LT(found.effect->low, 1.05);
  EXPECT_GT(found.effect->high, 1.05);
  EXPECT_EQ(found.p, 1. / 256);
}

TEST(Judge, FindsASpeedupInTheSameWay) {
  const Judgement found = judged(normal(-slower_by_5, 0.01, 1));
  EXPECT_EQ(found.verdict, Verdict::improvement);
  EXPECT_LT(found.effect->high, 1);
}

TEST(Judge, StopsEarlyWhereThereIsNothingToFind) {
  const Judgement found = judged(normal(0, 0.01, 1));
  EXPECT_EQ(found.verdict, Verdict::equivalent);
  EXPECT_EQ(found.pairs, 8);
  EXPECT_GT(found.effect->low, 1 / 1.05);
  EXPECT_LT(found.effect->high, 1.05);
  EXPECT_LT(*found.smallest_detectable, 0.03);
  EXPECT_GE(*found.smallest_detectable, 0.02);
}

TEST(Judge, CallsNoRegressionWhatIsBelowTheLeastEffect) {
  const Judgement found = judged(normal(std::log(1.01), 0.001, 1));  // as clear as can be
  EXPECT_EQ(found.verdict, Verdict::equivalent);
  EXPECT_EQ(judged(normal(std::log(1.01), 0.001, 1), 1000, {.min_effect = 0.005}).verdict,
            Verdict::regression);
}

TEST(Judge, DoesNotKnowWhereTheScatterIsLarge) {
  const Judgement found = judged(normal(0, 0.5, 1));
  EXPECT_EQ(found.verdict, Verdict::inconclusive);
  EXPECT_EQ(found.pairs, 48);
  EXPECT_EQ(found.reason, "the interval reaches beyond ±5 %");
  EXPECT_GT(*found.smallest_detectable, 0.1);
}

TEST(Judge, DoesNotKnowFromTooFewPairs) {
  const Judgement found = judged(normal(slower_by_5, 0.001, 1), 7);
  EXPECT_EQ(found.verdict, Verdict::inconclusive);
  EXPECT_EQ(found.reason, "7 pairs, where at least 8 are needed; the time was used up");
  EXPECT_FALSE(found.effect);
  EXPECT_FALSE(found.p);
}

TEST(Judge, DoesNotAccuseWithoutConfirmation) {
  // Clearly slower for as long as the screen looks, and never again.
  int pair = 0;
  const Judgement found = judged([&] { return ++pair <= 8 ? 0.05 + pair * 1e-4 : pair * 1e-4; });
  EXPECT_EQ(found.verdict, Verdict::equivalent);
  EXPECT_TRUE(found.confirming);

  // No time for the second stage.
  const Judgement hurried = judged(normal(slower_by_5, 0.001, 1), 14);
  EXPECT_EQ(hurried.verdict, Verdict::inconclusive);
  EXPECT_NE(hurried.reason.find("8 pairs suggested +5.0 %, 6 fresh ones did not confirm it"),
            std::string::npos)
      << hurried.reason;
}

TEST(Judge, TakesALastLookWhenTimeIsUp) {
  // Two wild pairs: the interval of 12 pairs ends at them, that of 15 before them.
  const auto at = [](int pairs) {
    int pair = 0;
    return judged([&] { return ++pair <= 2 ? 0.08 : pair % 2 ? 0.01 : -0.01; }, pairs);
  };
  EXPECT_EQ(at(12).verdict, Verdict::inconclusive);
  EXPECT_EQ(at(15).verdict, Verdict::equivalent);
}

TEST(Judge, IsTheSameForTheSamePairs) {
  const Judgement one = judged(normal(0.03, 0.05, 9)), other = judged(normal(0.03, 0.05, 9));
  EXPECT_EQ(one.verdict, other.verdict);
  EXPECT_EQ(one.pairs, other.pairs);
  EXPECT_EQ(one.smallest_detectable, other.smallest_detectable);
}

// Rates over many simulated checks: those that the two stages promise.
TEST(Judge, KeepsItsErrorRates) {
  int alarms = 0, found = 0, overlooked = 0;
  const int checks = 300;
  for (unsigned seed = 0; seed < checks; ++seed) {
    alarms += judged(normal(0, 0.05, seed)).verdict == Verdict::regression;
    const Verdict verdict = judged(normal(slower_by_5, 0.03, seed)).verdict;
    found += verdict == Verdict::regression;
    overlooked += verdict == Verdict::equivalent;
  }
  EXPECT_LE(alarms, 1);      // .0005 are expected
  EXPECT_GE(found, 294);     // 98 %
  EXPECT_LE(overlooked, 9);  // 3 %
}

TEST(SmallestDetectable, IsFoundAsOftenAsItSays) {
  // A shift of that size, in fresh draws from the same law, is found about that often.
  std::vector<double> values;
  const Source draw = normal(0, 0.02, 4);
  for (int i = 0; i < 48; ++i) values.push_back(draw());
  const double shift = *smallest_detectable(values, 0.01, 0.95);
  int found = 0;
  for (unsigned seed = 100; seed < 500; ++seed) {
    std::vector<double> fresh;
    const Source next = normal(shift, 0.02, seed);
    for (int i = 0; i < 48; ++i) fresh.push_back(next());
    found += SignedRank(fresh).p_above() <= 0.01;
  }
  EXPECT_GE(found, 350);  // 95 % of 400 are 380; the scatter of 48 values is itself uncertain
  EXPECT_LT(found, 400);
  EXPECT_FALSE(smallest_detectable(std::vector<double>{1, 2, 3}, 0.01, 0.95));
}

TEST(LogRatio, IsTheMedianOverSlices) {
  const Pair pair{.base_ns = {100, 100, 100}, .new_ns = {105, 900, 104}};
  EXPECT_DOUBLE_EQ(log_ratio(pair), std::log(1.05));
}

TEST(Disturbances, AreNamedWithTheirMeasure) {
  Pair quiet{.base_ns = {100}, .new_ns = {100}};
  quiet.conditions = {.reference_before_ns = 1000, .reference_after_ns = 1010, .span_ns = 100};
  EXPECT_TRUE(disturbances(std::vector<Pair>(8, quiet), 2).empty());

  Pair noisy = quiet;
  noisy.conditions.foreign_ns = 90;
  noisy.conditions.steal_ns = 20;
  noisy.conditions.runnable = 3;
  noisy.conditions.reference_after_ns = 2000;
  EXPECT_EQ(disturbances(std::vector<Pair>(8, noisy), 2),
            (std::vector<std::string>{
                "other programs used 45 % of these CPUs", "the hypervisor took 10 % of these CPUs",
                "3.0 other tasks were runnable",
                "a tenth of the runs of a fixed piece of work took over 100 % longer than the "
                "quickest"}));
}

}  // namespace
}  // namespace concbench
