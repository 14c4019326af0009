// What is derived from several cells: laws of scaling, METG, bytes of one more task.
#include "reports/statistics/scaling.hpp"

#include <gtest/gtest.h>

#include "cli/harness/metg.hpp"
#include "reports/statistics/memory_slope.hpp"

namespace concbench {
namespace {

std::vector<ScalingPoint> points(std::initializer_list<int> cores, auto speedup) {
  std::vector<ScalingPoint> list;
  for (const int n : cores) list.push_back({n, 1, speedup(n), speedup(n) / n});
  return list;
}

TEST(Amdahl, FindsTheSerialShareOfAnExactLaw) {
  for (const double share : {0.0, 0.05, 0.5, 1.0}) {
    const auto law = [&](double n) { return 1 / (share + (1 - share) / n); };
    EXPECT_NEAR(fit_amdahl(points({1, 2, 4, 16}, law)).serial_share, share, 1e-9);
  }
}

TEST(Amdahl, ASpeedupBeyondTheCoresHasNoSerialShare) {
  EXPECT_EQ(fit_amdahl(points({1, 2}, [](double n) { return n * 1.1; })).serial_share, 0);
}

TEST(Usl, FindsBothCoefficientsOfAnExactLaw) {
  const auto law = [](double n) { return n / (1 + 0.03 * (n - 1) + 0.001 * n * (n - 1)); };
  const Usl usl = fit_usl(points({1, 2, 4, 8, 32}, law));
  EXPECT_NEAR(usl.contention, 0.03, 1e-9);
  EXPECT_NEAR(usl.coherency, 0.001, 1e-9);
  ASSERT_TRUE(usl.best_cores);
  EXPECT_NEAR(*usl.best_cores, std::sqrt(0.97 / 0.001), 1e-3);
}

TEST(Usl, NeverGivesNegativeCoefficients) {
  const Usl usl = fit_usl(points({1, 2, 4}, [](double n) { return n * (1 + 0.01 * n); }));
  EXPECT_GE(usl.contention, 0);
  EXPECT_GE(usl.coherency, 0);
}

Cell measured(int cores, double ns_per_op) {
  Cell cell;
  cell.model = "pool";
  cell.workload = "fib";
  cell.cores = cores;
  cell.layout = "compact";
  cell.status = Status::ok;
  cell.summary = Summary{{ns_per_op, ns_per_op, ns_per_op}, {}, {}, {}, 6, 0.97};
  return cell;
}

TEST(Scaling, IsOfTheSameWorkOnSeveralNumbersOfCores) {
  Result result;
  result.cells = {measured(4, 3), measured(1, 10), measured(2, 5)};
  Cell other = measured(2, 1);
  other.params["n"] = 5;
  result.cells.push_back(other);
  const auto scalings = scalings_of(result);
  ASSERT_EQ(scalings.size(), 1u);
  ASSERT_EQ(scalings[0].points.size(), 3u);
  EXPECT_EQ(scalings[0].points[0].cores, 1);
  EXPECT_DOUBLE_EQ(scalings[0].points[1].speedup, 2);
  EXPECT_DOUBLE_EQ(scalings[0].points[2].efficiency, 10.0 / 3 / 4);
  EXPECT_TRUE(scalings[0].usl);
}

TEST(Metg, LiesWhereTheEfficiencyCrossesOneHalf) {
  // An overhead of 100 ns a task: half of the time is work when the work is 100 ns, and the task
  // 200.
  std::vector<GrainPoint> grains;
  for (const double work : {25.0, 50.0, 100.0, 200.0}) grains.push_back({work, work + 100});
  ASSERT_TRUE(metg_ns(grains));
  EXPECT_NEAR(*metg_ns(grains), 200, 1e-6);
  EXPECT_FALSE(metg_ns({{10, 1000}, {100, 1000}}));
  EXPECT_FALSE(metg_ns({}));
}

TEST(Metg, IsFoundWithFewSizesWhateverATaskCosts) {
  for (const double cost : {5.0, 100.0, 2'345.0, 80'000.0, 700'000.0}) {
    int runs = 0;
    const auto found = search_metg([&](std::int64_t work_ns) {
      ++runs;
      const auto work = static_cast<double>(work_ns);
      return GrainPoint{work, work + cost};
    });
    ASSERT_TRUE(found) << cost;
    EXPECT_NEAR(*found, 2 * cost, 0.15 * cost) << cost;
    EXPECT_LE(runs, 4) << cost;
  }
}

// A cost that falls as tasks grow puts the first guess above the half.
TEST(Metg, IsLookedForBelowAGuessThatWasTooHigh) {
  const auto found = search_metg([](std::int64_t work_ns) {
    const auto work = static_cast<double>(work_ns);
    return GrainPoint{work, work + (work_ns < 100 ? 100'000 : 1'000)};
  });
  ASSERT_TRUE(found);
  EXPECT_NEAR(*found, 2'000, 500);
}

TEST(Metg, IsNothingWhereTasksOfAMillisecondAreWasted) {
  EXPECT_FALSE(search_metg([](std::int64_t work_ns) {
    return GrainPoint{static_cast<double>(work_ns), 1e7};
  }));
  EXPECT_EQ(search_metg([](std::int64_t) { return GrainPoint{4, 5}; }), 5);
}

TEST(MemorySlope, LeavesOutWhatAProgramKeepsOnce) {
  Result result;
  for (const int tasks : {1'000, 2'000, 5'000}) {
    Cell cell = measured(1, 1);
    cell.workload = "hold";
    cell.params["n"] = tasks;
    cell.measures.peak_live = tasks;
    const int whole = 1'000'000 + 300 * tasks;  // a megabyte once, 300 bytes a task
    cell.memory.user_bytes_per_task = whole / tasks - 100;
    cell.memory.kernel_bytes_per_task = 100;
    result.cells.push_back(cell);
  }
  const auto slopes = memory_slopes_of(result);
  ASSERT_EQ(slopes.size(), 1u);
  EXPECT_EQ(slopes[0].sizes, 3);
  EXPECT_NEAR(slopes[0].bytes_per_task, 300, 1);
}

}  // namespace
}  // namespace concbench
