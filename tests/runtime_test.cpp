// The three models on the one scheduler: pool, fibers, coroutines.
#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "models/model.hpp"
#include "models/runtime/sanitizers.hpp"
#include "tests/workers.hpp"
#include "workloads/workloads.hpp"

namespace concbench {

extern const Model pool_model, fibers_model, coroutines_model;

namespace {

#if defined(CONCBENCH_TSAN) || defined(CONCBENCH_ASAN)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

Value number(std::int64_t value) { return value; }

struct Case {
  const Model* model;
  std::size_t workers;
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return std::string(info.param.model->name) + std::to_string(info.param.workers);
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> cases;
    for (const Model* model : {&pool_model, &fibers_model, &coroutines_model}) {
      for (const std::size_t workers : {1, 2, 4}) cases.push_back({model, workers});
    }
    return cases;
  }();
  return all;
}

class Runtime : public testing::TestWithParam<Case> {
 protected:
  const Model& model() const { return *GetParam().model; }
  std::unique_ptr<Instance> start() const { return model().start(setup_of(GetParam().workers)); }

  void expect_right(Instance& instance, const Workload& workload) const {
    if (model().no_pair(workload) != "") return;
    Stopwatch clock;
    const Outcome outcome = instance.run(workload, clock);
    clock.settle();
    EXPECT_EQ(outcome.answer, expected(workload)) << about(workload).name;
    EXPECT_EQ(outcome.ops, demand(workload).ops) << about(workload).name;
    EXPECT_GT(clock.last_wall_ns(), 0) << about(workload).name;
    EXPECT_LT(clock.last_wall_ns(), std::int64_t{3600'000'000'000}) << about(workload).name;
  }
};

INSTANTIATE_TEST_SUITE_P(Models, Runtime, testing::ValuesIn(cases()), name_of);

TEST_P(Runtime, GivesEveryWorkloadsAnswerAndCountsItsOperations) {
  const auto instance = start();
  for (int repetition = 0; repetition < 20; ++repetition) {
    for (const WorkloadInfo& info : workload_infos()) {
      Params params;
      if (info.about.name == "fib") params = {{"n", number(16)}};
      if (info.about.name == "skynet") params = {{"leaves", number(1000)}};
      if (info.about.name == "nqueens") params = {{"n", number(7)}};
      if (info.about.name == "spawn") params = {{"n", number(3000)}};
      expect_right(*instance, make_workload(info.about.name, params));
    }
  }
}

TEST_P(Runtime, HandlesTheSmallestSizes) {
  const auto instance = start();
  expect_right(*instance, Fib{.n = 0});
  expect_right(*instance, Fib{.n = 1});
  expect_right(*instance, Skynet{.leaves = 1});
  expect_right(*instance, NQueens{.n = 1});
  expect_right(*instance, Spawn{.n = 1});
  expect_right(*instance, PingPong{.hop_count = 1});
  expect_right(*instance, Ring{.task_count = 10, .hop_count = 3});
  expect_right(*instance, Yield{.task_count = 1, .yield_count = 1});
  expect_right(*instance, Mpmc{{.senders = 1, .receivers = 1, .slots = 1, .message_count = 1}});
}

TEST_P(Runtime, HandlesUnevenChannels) {
  const auto instance = start();
  expect_right(*instance, Mpmc{{.senders = 7, .receivers = 1, .slots = 1, .message_count = 5000}});
  expect_right(*instance, Mpmc{{.senders = 1, .receivers = 9, .slots = 2, .message_count = 5000}});
  expect_right(*instance, Mpmc{{.senders = 20, .receivers = 20, .slots = 3, .message_count = 7}});
}

TEST_P(Runtime, HandsOverWhereTheChannelHoldsNothing) {
  const auto instance = start();
  for (const std::int64_t senders : {1, 3, 7}) {
    for (const std::int64_t receivers : {1, 2, 9}) {
      expect_right(
          *instance,
          Mpmc{{.senders = senders, .receivers = receivers, .slots = 0, .message_count = 3000}});
    }
  }
}

TEST_P(Runtime, WalksTreesWithAThousandChildrenANode) {
  const auto instance = start();
  expect_right(*instance, Skynet{.leaves = 1'000'000, .branching = 1'000});
}

TEST_P(Runtime, StartsAndStopsAThousandTimes) {
  for (int i = 0; i < (sanitized ? 20 : 1'000); ++i) {
    const auto instance = start();
    if (i % 10 == 0) expect_right(*instance, Fib{.n = 8});
  }
}

// CPU time of the process over that much wall time, while it does nothing.
double idle_share(std::chrono::milliseconds time) {
  const auto cpu_seconds = [] {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const double before = cpu_seconds();
  std::this_thread::sleep_for(time);
  return (cpu_seconds() - before) / std::chrono::duration<double>(time).count();
}

TEST_P(Runtime, UsesNoCpuWhileItHasNothingToDo) {
  const auto instance = start();
  expect_right(*instance, Fib{.n = 18});
  expect_right(*instance, Yield{.task_count = 100, .yield_count = 100});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // for the last search to end
  const bool promised = GetParam().workers == 2;               // over 2 s
  EXPECT_LT(idle_share(std::chrono::milliseconds(promised ? 2'000 : 200)), 0.01);
}

TEST_P(Runtime, HoldsAHundredThousandTasksAtOnce) {
  const auto instance = start();
  const std::int64_t tasks = sanitized ? 500 : 100'000;
  expect_right(*instance, Yield{.task_count = tasks, .yield_count = 2});
  expect_right(*instance, Ring{.task_count = tasks, .hop_count = 3 * tasks + 1});
}

TEST_P(Runtime, FindsItsWayOutOfSleep) {
  const auto instance = start();
  for (int i = 0; i < 300; ++i) {
    expect_right(*instance, Fib{.n = 12});
    if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(10 * (i % 17)));
    expect_right(*instance, Yield{.task_count = 5, .yield_count = 20});
    expect_right(*instance, Mpmc{{.slots = 2, .message_count = 300}});
  }
}

TEST(FiberStacks, TakeASizeAndRefuseWhatIsNone) {
  for (const char* size : {"16k", "64k", "1m", "16384", "20001"}) {
    concbench::Setup setup = setup_of(2);
    setup.options = {{"stack", size}};
    const auto instance = fibers_model.start(setup);
    Stopwatch clock;
    EXPECT_EQ(instance->run(Fib{.n = 15}, clock).answer, 610u) << size;
  }
  for (const char* size : {"", "k", "15k", "-64k", "64kb", "2048m", "99999999999999999999"}) {
    concbench::Setup setup = setup_of(1);
    setup.options = {{"stack", size}};
    EXPECT_THROW(fibers_model.start(setup), std::invalid_argument) << size;
  }
}

TEST(Refusal, ComparesWhatWaitsAtOnceWithTheMemory) {
  const concbench::Setup setup = setup_of(1);
  const Limits limits{{"pid_max", 1000},
                      {"vm.max_map_count", 1000},
                      {"", 1000},
                      {"free memory", 1'000'000'000},
                      8 << 20};
  const auto refused = [&](const Model& model, Shape shape, std::uint64_t alive) {
    return model.refusal(Ask{shape, Demand{alive, alive}, setup, limits}) != "";
  };
  EXPECT_FALSE(refused(fibers_model, Shape::yield, 100'000));
  EXPECT_TRUE(refused(fibers_model, Shape::yield, 1'000'000));
  EXPECT_FALSE(refused(coroutines_model, Shape::yield, 1'000'000));
  EXPECT_TRUE(refused(coroutines_model, Shape::yield, 10'000'000));
  for (const Model* model : {&pool_model, &fibers_model, &coroutines_model}) {
    EXPECT_FALSE(refused(*model, Shape::fork_join, 1'000'000'000)) << model->name;
    EXPECT_FALSE(refused(*model, Shape::fan_out, 1'000'000'000)) << model->name;
  }
}

TEST(Pool, SaysWhyItsTasksCannotWaitForEachOther) {
  EXPECT_EQ(pool_model.no_pair(PingPong{}), "a pool task that blocks would hold its worker");
  EXPECT_EQ(pool_model.no_pair(Fib{}), "");
}

}  // namespace
}  // namespace concbench
