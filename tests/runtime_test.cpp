// The three models on the one scheduler: pool, fibers, coroutines.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "models/model.hpp"
#include "models/runtime/sanitizers.hpp"

namespace concbench {

extern const Model pool_model, fibers_model, coroutines_model;

namespace {

#if defined(CONCBENCH_TSAN) || defined(CONCBENCH_ASAN)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// That many workers, on as many CPUs as there are, used in turn.
Setup setup_of(std::size_t workers) {
  const std::vector<int> cpus = allowed_cpus();
  Setup setup;
  for (std::size_t i = 0; i < workers; ++i) setup.cpus.push_back(cpus[i % cpus.size()]);
  return setup;
}

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

TEST_P(Runtime, gives_every_workloads_answer_and_counts_its_operations) {
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

TEST_P(Runtime, handles_the_smallest_sizes) {
  const auto instance = start();
  expect_right(*instance, Fib{.n = 0});
  expect_right(*instance, Fib{.n = 1});
  expect_right(*instance, Skynet{.leaves = 1});
  expect_right(*instance, NQueens{.n = 1});
  expect_right(*instance, Spawn{.n = 1});
  expect_right(*instance, PingPong{.hop_count = 1});
  expect_right(*instance, Ring{.task_count = 10, .hop_count = 3});
  expect_right(*instance, Yield{.task_count = 1, .yield_count = 1});
  expect_right(*instance, Mpmc{.senders = 1, .receivers = 1, .slots = 1, .message_count = 1});
}

TEST_P(Runtime, handles_uneven_channels) {
  const auto instance = start();
  expect_right(*instance, Mpmc{.senders = 7, .receivers = 1, .slots = 1, .message_count = 5000});
  expect_right(*instance, Mpmc{.senders = 1, .receivers = 9, .slots = 2, .message_count = 5000});
  expect_right(*instance, Mpmc{.senders = 20, .receivers = 20, .slots = 3, .message_count = 7});
}

TEST_P(Runtime, walks_trees_with_a_thousand_children_a_node) {
  const auto instance = start();
  expect_right(*instance, Skynet{.leaves = 1'000'000, .branching = 1'000});
}

}  // namespace
}  // namespace concbench
