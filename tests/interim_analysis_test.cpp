#include "reports/statistics/interim_analysis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/signed_rank.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

TEST(AlphaSpending, SpendsNoMoreThanAlphaInAll) {
  for (const double alpha : {0.05, 0.01}) {
    AlphaSpending spending(alpha);
    double spent = 0;
    for (const int pairs : interim_analyses) {
      const double level = spending.level(pairs);
      EXPECT_GT(level, 0) << pairs;
      spending.spend(level);
      spent += level;
    }
    EXPECT_NEAR(spent, alpha, 1e-12);
    EXPECT_NEAR(spending.level(last_analysis), 0, 1e-12);
  }
}

TEST(AlphaSpending, LetsTheFirstLookOfBothStagesReject) {
  EXPECT_GE(AlphaSpending(0.01).level(first_analysis), std::exp2(-first_analysis));
  EXPECT_GE(AlphaSpending(0.05).level(first_analysis), std::exp2(-first_analysis));
}

TEST(AlphaSpending, LeavesWhatATestCouldNotSpendToTheNextLook) {
  AlphaSpending exact(0.01), wasteful(0.01);
  exact.spend(1. / 256);
  wasteful.spend(wasteful.level(8));
  EXPECT_GT(exact.level(12), wasteful.level(12));
}

// The point of it all: many analyses, and still no more false alarms than one test would raise.
TEST(AlphaSpending, KeepsTheRateOfFalseAlarmsOverAllLooks) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise;
  const int sequences = 4000;
  int spent_alarms = 0, naive_alarms = 0;
  for (int i = 0; i < sequences; ++i) {
    AlphaSpending spending(0.05);
    std::vector<double> values;
    bool spent = false, naive = false;
    for (const int pairs : interim_analyses) {
      while (static_cast<int>(values.size()) < pairs) values.push_back(noise(random));
      const SignedRank test(values);
      const double level = spending.level(pairs);
      spent |= test.p_above() <= level;
      naive |= test.p_above() <= 0.05;
      spending.spend(test.attained(level));
    }
    spent_alarms += spent;
    naive_alarms += naive;
  }
  // Of 4000 with 5 %, 200 are expected and over 241 come in one of 1000 cases.
  EXPECT_LE(spent_alarms, 241);
  EXPECT_GE(spent_alarms, 60);  // it does spend
  EXPECT_GT(naive_alarms, 400);
}

TEST(Bootstrap, AgreesWithAllResamplesOfThree) {
  const std::vector<double> values{1, 2, 9};
  const auto mean = [](std::span<const double> v) { return (v[0] + v[1] + v[2]) / 3; };
  std::vector<double> all;  // the 27 resamples, all equally likely
  for (const double a : values) {
    for (const double b : values) {
      for (const double c : values) all.push_back(mean(std::vector<double>{a, b, c}));
    }
  }
  const int resamples = 100'000;
  const std::vector<double> found = bootstrap(values, resamples, 7, mean);
  for (const double at : {1.0, 2.0, 3.9, 4.0, 6.0, 8.9}) {
    const auto share = [&](const std::vector<double>& list) {
      return static_cast<double>(std::ranges::count_if(list, [&](double x) { return x <= at; })) /
             static_cast<double>(list.size());
    };
    EXPECT_NEAR(share(found), share(all), 0.008) << at;  // five standard errors
  }
}

TEST(Bootstrap, RepeatsItselfWithTheSameSeed) {
  const std::vector<double> values{3, 1, 4, 1, 5, 9};
  const auto middle = [](std::span<const double> v) { return median({v.begin(), v.end()}); };
  EXPECT_EQ(bootstrap(values, 50, 1, middle), bootstrap(values, 50, 1, middle));
  EXPECT_NE(bootstrap(values, 50, 1, middle), bootstrap(values, 50, 2, middle));
}

TEST(Quantile, IsTheSmallestValueThatTheShareDoesNotExceed) {
  const std::vector<double> sorted{1, 2, 3, 4};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 0.25), 1);
  EXPECT_EQ(quantile(sorted, 0.26), 2);
  EXPECT_EQ(quantile(sorted, 0.95), 4);
  EXPECT_EQ(quantile(sorted, 1), 4);
}

}  // namespace
}  // namespace concbench
