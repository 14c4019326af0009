// What is special about the models that stand on a library: an entry also without it, threads that
// are the library's own and yet bound, and limits that the library sets.
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "models/machine/affinity.hpp"
#include "models/peers/seats.hpp"
#include "models/registry.hpp"
#include "tests/workers.hpp"
#include "workloads/workloads.hpp"

namespace concbench {

extern const Model nowhere_model;  // what CMake writes where a library is absent

namespace {

bool is_here(const Model& model) { return !model.missing || model.missing().empty(); }

std::unique_ptr<Instance> start(const Model& model, std::size_t workers) {
  return model.start({setup_of(workers).cpus, default_options(model)});
}

TEST(AbsentModel, SaysWhy) {
  EXPECT_EQ(nowhere_model.name, "no-where");
  EXPECT_EQ(nowhere_model.missing(), "built without Nowhere");
  EXPECT_EQ(nowhere_model.no_pair(make_workload("fib", {})), "built without Nowhere");
}

TEST(Peers, AreInTheListWithOrWithoutTheirLibraries) {
  for (const char* name : {"tbb", "openmp", "boost-fiber", "asio-pool", "asio-coro", "std-async"}) {
    const Model* model = find_model(name);
    ASSERT_NE(model, nullptr) << name;
    if (is_here(*model)) continue;
    EXPECT_NE(model->missing().find("built without"), std::string::npos) << name;
  }
}

TEST(Peers, LeaveTheCallersCpusAsTheyWere) {
  const std::vector<int> before = os::allowed_cpus();
  for (const char* name : {"tbb", "openmp", "boost-fiber", "asio-pool", "asio-coro"}) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    start(*model, 3);
    EXPECT_EQ(os::allowed_cpus(), before) << name;
  }
}

TEST(Peers, HaveAllTheirThreadsSeatedBeforeTheFirstRun) {
  for (const char* name : {"tbb", "openmp", "boost-fiber", "asio-pool", "asio-coro"}) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    const std::vector<int> cpus = setup_of(3).cpus;
    const std::vector<WorkerReport> reports = start(*model, 3)->workers();
    ASSERT_EQ(reports.size(), cpus.size()) << name;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_EQ(reports[i].cpu, cpus[i]) << name;
      EXPECT_EQ(reports[i].observed, std::vector{cpus[i]}) << name;
    }
  }
}

TEST(Peers, RefuseAPlaceThatTheLibraryDoesNotLetThemChoose) {
  const Workload across = make_workload("ping_pong", {{"hops", 10}, {"place", "cross"}});
  for (const char* name : {"boost-fiber", "asio-pool", "asio-coro"}) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    Stopwatch clock;
    EXPECT_THROW(start(*model, 2)->run(across, clock), Exhausted) << name;
  }
}

// Those whose tasks can wait.
constexpr const char* waiting_peers[] = {"boost-fiber", "asio-pool", "asio-coro", "std-async"};

TEST(Peers, HoldAllTasksAtOnce) {
  for (const char* name : waiting_peers) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    for (const std::size_t workers : {1u, 3u}) {
      SCOPED_TRACE(name);
      std::uint64_t told = 0;
      Stopwatch clock;
      clock.on_held = [&](std::uint64_t alive) { told = alive; };
      const HoldMany hold{.n = 300};
      const Outcome outcome = start(*model, workers)->run(hold, clock);
      EXPECT_EQ(told, 300u);
      EXPECT_EQ(outcome.ops, 300u);
      EXPECT_EQ(outcome.answer, hold.expected());
      EXPECT_GT(clock.last_make_ns(), 0);
      EXPECT_GT(clock.last_release_ns(), 0);
    }
  }
}

TEST(Peers, WakeNobodyEarlyAndOverlapWaits) {
  const Sleepers sleepers{.n = 50, .first_us = 1'000, .span_us = 20'000};
  const Chef chef{.dishes = 8, .chop_us = 0, .boil_us = 40'000};
  for (const char* name : waiting_peers) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    SCOPED_TRACE(name);
    const auto instance = start(*model, 1);
    Stopwatch clock;
    // Who wakes early, or takes a dish off the fire, adds nothing to the answer.
    EXPECT_EQ(instance->run(sleepers, clock).answer, sleepers.expected());
    EXPECT_GE(clock.last_wall_ns(), 15'000'000);
    EXPECT_EQ(instance->run(chef, clock).answer, chef.expected());
    EXPECT_GE(clock.last_wall_ns(), 40'000'000);
    EXPECT_LT(clock.last_wall_ns(), 4 * 40'000'000);
  }
}

TEST(Peers, LetOneIntoTheCriticalSectionAndKeepInStep) {
  const Mutex mutex{.task_count = 6, .section_count = 3'000};
  const Heat heat{.task_count = 7, .cell_count = 50, .phase_count = 300};
  for (const char* name : {"tbb", "openmp", "boost-fiber", "asio-pool", "asio-coro", "std-async"}) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    SCOPED_TRACE(name);
    const auto instance = start(*model, 4);
    Stopwatch clock;
    // Two who enter at once count the same number, and a cell that is read too early differs.
    EXPECT_EQ(instance->run(mutex, clock).answer, mutex.expected());
    const Outcome stencil = instance->run(heat, clock);
    EXPECT_EQ(stencil.answer, heat.expected());
    EXPECT_EQ(stencil.ops, 300u);
  }
}

TEST(Peers, RefuseToUseMoreStackThanATaskHas) {
  const concbench::Setup setup = setup_of(1);
  const Limits limits = read_limits();
  const auto refusal = [&](const char* name, std::int64_t touch) -> std::string {
    const Model* model = find_model(name);
    if (!is_here(*model)) return touch == 0 ? "" : "it is not here";
    return model->refusal({Shape::hold, HoldMany{.n = 10, .touch = touch}.demand(), setup, limits});
  };
  for (const char* name : waiting_peers) EXPECT_EQ(refusal(name, 0), "") << name;
  EXPECT_NE(refusal("boost-fiber", 60'000), "");
  EXPECT_NE(refusal("asio-pool", 1), "");
  EXPECT_NE(refusal("asio-coro", 1), "");
  EXPECT_EQ(refusal("std-async", 100'000), "");
}

TEST(Peers, WithoutTimersSayThatAWaitingTaskWouldHoldItsThread) {
  for (const char* name : {"tbb", "openmp"}) {
    const Model* model = find_model(name);
    if (!is_here(*model)) continue;
    for (const Workload& workload :
         {Workload(Sleepers{}), Workload(Chef{}), Workload(HoldMany{})}) {
      EXPECT_NE(model->no_pair(workload).find("would hold its thread"), std::string::npos)
          << name << ": " << model->no_pair(workload);
    }
  }
}

TEST(BoostFiber, RefusesACapacityThatItsChannelCannotHave) {
  const Model* model = find_model("boost-fiber");
  if (!is_here(*model)) GTEST_SKIP() << model->missing();
  const concbench::Setup setup = setup_of(2);
  const auto refusal = [&](std::int64_t capacity) {
    const Workload workload = make_workload("mpmc", {{"capacity", capacity}});
    return model->refusal({Shape::channel, demand(workload), setup, read_limits()});
  };
  EXPECT_NE(refusal(48).find("power of two, not 48"), std::string::npos) << refusal(48);
  for (const std::int64_t capacity : {0, 1, 2, 64, 1024}) EXPECT_EQ(refusal(capacity), "");
}

TEST(StdAsync, RefusesMoreThreadsThanTheMachineHasRoomFor) {
  const Model* model = find_model("std-async");
  const concbench::Setup setup = setup_of(1);
  Limits limits = read_limits();
  limits.tasks = {"kernel.pid_max", 100};
  EXPECT_EQ(model->refusal({Shape::fan_out, {.ops = 100, .alive = 100}, setup, limits}), "");
  EXPECT_NE(model->refusal({Shape::fan_out, {.ops = 101, .alive = 101}, setup, limits})
                .find("kernel.pid_max"),
            std::string::npos);
}

TEST(Seats, BindWhoeverSitsDownAndSeeHimThere) {
  const concbench::Setup setup = setup_of(1);
  peers::Seats seats(setup.cpus);
  EXPECT_FALSE(seats.all_taken());
  std::vector<int> bound;
  for (int round = 0; round < 2; ++round) {
    std::thread([&] {
      seats.sit(0);
      bound = os::allowed_cpus();
    }).join();
    EXPECT_EQ(bound, setup.cpus);
  }
  EXPECT_TRUE(seats.all_taken());
  EXPECT_EQ(seats.reports()[0].cpu, setup.cpus[0]);
  EXPECT_EQ(seats.reports()[0].migrations, 0u);
}

TEST(Seats, TellOfABindingThatTheKernelRefuses) {
  peers::Seats seats({os::max_cpus - 1});
  std::thread([&] { seats.sit(0); }).join();
  EXPECT_EQ(seats.reports()[0].cpu, -1);
}

}  // namespace
}  // namespace concbench
