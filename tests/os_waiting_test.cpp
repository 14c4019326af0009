// How the tasks of serial, threads and processes take turns, stay, sleep and keep in step.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "models/os/barrier.hpp"
#include "models/os/mutex.hpp"
#include "models/os/participants.hpp"
#include "models/os/shared.hpp"
#include "models/os/shortage.hpp"
#include "models/os/sleep.hpp"
#include "tests/os_variants.hpp"
#include "tests/probes.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

constexpr auto all_variants = [] {
  return testing::Values(Variant{&serial_model, ""}, Variant{&threads_model, "futex"},
                         Variant{&threads_model, "condvar"}, Variant{&processes_model, "futex"},
                         Variant{&processes_model, "pipe"});
};
constexpr auto variants_with_tasks = [] {
  return testing::Values(Variant{&threads_model, "futex"}, Variant{&threads_model, "condvar"},
                         Variant{&processes_model, "futex"}, Variant{&processes_model, "pipe"});
};

// A probe where processes can write to it.
using SharedProbe = os::Shared<Probe>;

std::uint64_t longest_in(const Probe& probe) {
  std::size_t i = LatencyBuckets::count - 1;
  while (i > 0 && probe.latency[i] == 0) --i;
  return LatencyBuckets::low(i);
}

INSTANTIATE_TEST_SUITE_P(, OsModel, all_variants(), name_of_variant);

TEST_P(OsModel, AnswersWhateverTheSizes) {
  const Workload workloads[] = {
      Mutex{.task_count = 1, .section_count = 1},
      Mutex{.task_count = 9, .section_count = 500},
      HoldMany{.n = 1},
      HoldMany{.n = 60, .touch = 20'000},
      Sleepers{.n = 1, .first_us = 0, .span_us = 0},
      Sleepers{.n = 20, .first_us = 100, .span_us = 3'000},
      Chef{.dishes = 3, .chop_us = 0, .boil_us = 0},
      Chef{.dishes = 5, .chop_us = 10, .boil_us = 500},
      Block{.blockers = 0, .computers = 2, .rounds = 3, .call_us = 100, .compute_us = 10},
      Block{.blockers = 3, .computers = 1, .rounds = 2, .call_us = 100, .compute_us = 10},
      Heat{.task_count = 1, .cell_count = 1, .phase_count = 1},
      Heat{.task_count = 7, .cell_count = 5, .phase_count = 3},
      Heat{.task_count = 3, .cell_count = 100, .phase_count = 200},
  };
  const auto instance = start();
  Stopwatch clock;
  for (const Workload& workload : workloads) {
    if (!GetParam().model->no_pair(workload).empty()) continue;
    SCOPED_TRACE(about(workload).name);
    const std::int64_t before = Stopwatch::now();
    const Outcome outcome = instance->run(workload, clock);
    const std::int64_t elapsed = Stopwatch::now() - before;
    EXPECT_EQ(outcome.answer, expected(workload));
    EXPECT_EQ(outcome.ops, demand(workload).ops);
    EXPECT_GT(clock.last_wall_ns(), 0);
    EXPECT_LT(clock.last_wall_ns(), elapsed);
  }
  EXPECT_TRUE(childless());
}

TEST_P(OsModel, WakesNobodyBeforeItsDeadlineAndNotesHowLateEachIs) {
  const SharedProbe probe(1);
  Stopwatch clock;
  const Sleepers sleepers{.n = 30, .first_us = 2'000, .span_us = 20'000};
  // Who wakes early adds nothing to the answer.
  EXPECT_EQ(start()->run(sleepers, clock, &*probe).answer, sleepers.expected());
  EXPECT_EQ(durations_in(*probe), 30u);
  std::int64_t last = 0;
  for (std::uint64_t i = 0; i < 30; ++i) last = std::max(last, sleepers.delay_ns(i));
  EXPECT_GE(clock.last_wall_ns(), last);
}

// The deadlines are 1, 31.9 and 12.8 ms: one task that sleeps at a time misses the third by 19 ms.
TEST(Serial, SleepsThroughTheDeadlinesOfOthers) {
  const SharedProbe probe(1);
  Stopwatch clock;
  const auto instance = serial_model.start(setup_of({&serial_model, ""}));
  instance->run(Sleepers{.n = 3, .first_us = 1'000, .span_us = 50'000}, clock, &*probe);
  EXPECT_GE(longest_in(*probe), 15'000'000u);
}

TEST(Serial, SaysWhyItHoldsNothing) {
  EXPECT_EQ(serial_model.no_pair(HoldMany{}),
            "a task ends before the next begins: two are never alive at once");
  for (const Workload& workload : {Workload(Mutex{}), Workload(Sleepers{}), Workload(Chef{}),
                                   Workload(Block{}), Workload(Heat{})}) {
    EXPECT_EQ(serial_model.no_pair(workload), "") << about(workload).name;
  }
}

TEST_P(OsModel, OverlapsWaitsIfItHasMoreThanOneTask) {
  const Chef chef{.dishes = 8, .chop_us = 0, .boil_us = 30'000};
  const std::int64_t all_waits = 8 * 30'000'000;
  Stopwatch clock;
  start()->run(chef, clock);
  if (GetParam().model == &serial_model) {
    EXPECT_GE(clock.last_wall_ns(), all_waits);
  } else {
    EXPECT_LT(clock.last_wall_ns(), all_waits / 2);
  }
}

TEST_P(OsModel, SumsUpWaitsAndNotesWhatAComputationWaitedFor) {
  const SharedProbe probe(1);
  Stopwatch clock;
  const auto instance = start();
  instance->run(Chef{.dishes = 4, .chop_us = 10, .boil_us = 500}, clock, &*probe);
  EXPECT_EQ(probe->get(Measure::wait_ns), 4 * 500'000);
  EXPECT_EQ(durations_in(*probe), 4u);
  probe->clear();
  instance->run(Block{.blockers = 2, .computers = 3, .rounds = 4, .call_us = 10}, clock, &*probe);
  EXPECT_EQ(durations_in(*probe), 3u * 4);
}

TEST_P(OsModel, NotesEveryWaitForTheLock) {
  const SharedProbe probe(1);
  Stopwatch clock;
  start()->run(Mutex{.task_count = 3, .section_count = 50}, clock, &*probe);
  EXPECT_EQ(durations_in(*probe), 150u);
  EXPECT_GE(*probe->get(Measure::share_high), *probe->get(Measure::share_low));
  EXPECT_LE(*probe->get(Measure::share_high), 50);
  EXPECT_GE(*probe->get(Measure::longest_wait_ns), 0);
}

// --- Holding -----------------------------------------------------------------------------------

class HoldingModel : public OsModel {};
INSTANTIATE_TEST_SUITE_P(, HoldingModel, variants_with_tasks(), name_of_variant);

TEST_P(HoldingModel, HasAllTasksAliveWhenItSaysSo) {
  const bool forks = GetParam().model == &processes_model;
  const auto living = [&] {
    return forks ? static_cast<std::ptrdiff_t>(children_of(getpid()).size())
                 : entries("/proc/self/task");
  };
  const auto instance = start();
  std::thread([] {}).join();  // ThreadSanitizer has a thread of its own from the first one on
  const std::ptrdiff_t before = living();
  std::uint64_t told = 0;
  std::ptrdiff_t seen = 0;
  Stopwatch clock;
  clock.on_held = [&](std::uint64_t alive) {
    told = alive;
    seen = living() - before;
  };
  const HoldMany hold{.n = 200};
  const Outcome outcome = instance->run(hold, clock);
  EXPECT_EQ(told, 200u);
  EXPECT_EQ(seen, 200);
  EXPECT_EQ(outcome.answer, hold.expected());
  EXPECT_EQ(outcome.ops, 200u);
}

TEST_P(HoldingModel, DoesNotTimeWhatIsLookedAtWhileAllAreHeld) {
  Stopwatch clock;
  clock.on_held = [](std::uint64_t) { usleep(300'000); };
  start()->run(HoldMany{.n = 10}, clock);
  EXPECT_LT(clock.last_wall_ns(), 300'000'000);
  EXPECT_GT(clock.last_make_ns(), 0);
  EXPECT_GT(clock.last_release_ns(), 0);
  EXPECT_EQ(clock.last_make_ns() + clock.last_release_ns(), clock.last_wall_ns());
}

TEST_P(HoldingModel, RefusesMoreThanThisMachineHoldsByTheNameOfTheLimit) {
  Limits limits = read_limits();
  limits.tasks = {"kernel.pid_max", 32'000};
  const auto setup = setup_of(GetParam());
  const auto refusal = [&](std::int64_t n) {
    return GetParam().model->refusal({Shape::hold, HoldMany{.n = n}.demand(), setup, limits});
  };
  const std::string things = GetParam().model == &threads_model ? "threads" : "processes";
  EXPECT_EQ(refusal(100'000),
            "100,000 " + things + " could be alive at once; kernel.pid_max leaves room for 32,000");
  EXPECT_EQ(refusal(1'000), "");
}

TEST_P(HoldingModel, RefusesMoreTouchedStacksThanMemoryHolds) {
  Limits limits = read_limits();
  limits.memory_bytes = {"MemAvailable", 100'000'000};
  const auto setup = setup_of(GetParam());
  const auto refusal = [&](std::int64_t touch) {
    const HoldMany hold{.n = 1'000, .touch = touch};
    return GetParam().model->refusal({Shape::hold, hold.demand(), setup, limits});
  };
  EXPECT_EQ(refusal(0), "");
  EXPECT_NE(refusal(100'000).find("MemAvailable leaves 100,000,000"), std::string::npos);
}

// --- Deaths ------------------------------------------------------------------------------------

class Mortal : public OsModel {};
INSTANTIATE_TEST_SUITE_P(, Mortal,
                         testing::Values(Variant{&processes_model, "futex"},
                                         Variant{&processes_model, "pipe"}),
                         name_of_variant);

TEST_P(Mortal, TaskThatIsKilledEndsTheVerbWhateverTheOthersWaitFor) {
  const Workload workloads[] = {
      Mutex{.task_count = 3, .section_count = 1'000'000'000},
      Sleepers{.n = 3, .first_us = 60'000'000},
      Chef{.dishes = 3, .boil_us = 10'000'000},
      Heat{.task_count = 3, .cell_count = 10, .phase_count = 1'000'000},
  };
  for (const Workload& workload : workloads) {
    SCOPED_TRACE(about(workload).name);
    const int status = in_a_child([&] {
      const pid_t worker = getpid();
      const pid_t killer = fork();
      if (killer == 0) {
        for (const pid_t child : await_children(worker, 4)) {
          if (child == getpid()) continue;
          usleep(20'000);  // until it is within what it does
          kill(child, SIGKILL);
          _exit(0);
        }
      }
      const auto instance = start();
      Stopwatch clock;
      std::string said;
      try {
        instance->run(workload, clock);
      } catch (const std::runtime_error& why) {
        said = why.what();
      }
      waitpid(killer, nullptr, 0);
      if (said != "the process of a task was ended by signal 9 (Killed)") return 1;
      return childless() ? 0 : 2;
    });
    EXPECT_EQ(status, 0);
  }
}

TEST_P(Mortal, TaskThatIsKilledWhileItIsHeldIsTold) {
  const auto instance = start();
  Stopwatch clock;
  clock.on_held = [](std::uint64_t) { kill(children_of(getpid()).at(5), SIGKILL); };
  EXPECT_THROW(instance->run(HoldMany{.n = 20}, clock), std::runtime_error);
  EXPECT_TRUE(childless());
}

// --- Locks and barriers ------------------------------------------------------------------------

// A critical section that notices when it is not alone, and invites others in.
struct Jealous {
  static constexpr About about{"jealous", Shape::contend, ""};
  struct State {
    int inside = 0;
    std::uint64_t collisions = 0, sections = 0;
  };
  struct Own {};
  static std::uint64_t tasks() { return 4; }
  static std::uint64_t sections() { return 300; }
  static void ask(Own&) {}
  static void enter(State& state, Own&) {
    auto& inside = reinterpret_cast<volatile int&>(state.inside);
    inside = inside + 1;
    sched_yield();
    if (inside != 1) ++state.collisions;
    inside = inside - 1;
    ++state.sections;
  }
  static std::uint64_t answer(const State& state) { return state.collisions; }
  static std::uint64_t expected() { return 0; }
  static Demand demand() { return {.ops = 1'200, .alive = 4}; }
};

template <class Lock>
class Exclusion : public testing::Test {};
using Locks = testing::Types<std::mutex, os::FutexMutex<os::Scope::threads>,
                             os::FutexMutex<os::Scope::processes>, os::PipeMutex>;
TYPED_TEST_SUITE(Exclusion, Locks);

TYPED_TEST(Exclusion, LetsOneInAtATime) {
  TypeParam lock;
  Jealous::State state;
  std::atomic<std::uint64_t> ops{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < Jealous::tasks(); ++i) {
      threads.emplace_back([&] { ops += os::take_turns(Jealous{}, lock, state).ops; });
    }
  }
  EXPECT_EQ(state.collisions, 0u);
  EXPECT_EQ(state.sections, 1'200u);
  EXPECT_EQ(ops, 1'200u);
}

// Phases that notice when somebody is ahead or behind.
struct Watchful {
  static constexpr About about{"watchful", Shape::phases, ""};
  std::vector<std::atomic<std::uint64_t>>* done;
  std::atomic<std::uint64_t>* out_of_step;

  static std::uint64_t tasks() { return 5; }
  static std::uint64_t phases() { return 400; }
  static std::uint64_t cells() { return 1; }
  static void fill(std::span<std::uint64_t>) {}
  void advance(std::span<const std::uint64_t>, std::span<std::uint64_t>, std::uint64_t task) const {
    const std::uint64_t phase = (*done)[task];
    if (phase % 7 == task) sched_yield();
    for (const auto& other : *done) {
      if (other != phase && other != phase + 1) ++*out_of_step;
    }
    ++(*done)[task];
  }
  static std::uint64_t checksum(std::span<const std::uint64_t>) { return 0; }
  static std::uint64_t expected() { return 0; }
  static Demand demand() { return {.ops = 400, .alive = 5}; }
};

template <class Barrier>
class Meeting : public testing::Test {};
using Barriers = testing::Types<os::CondvarBarrier, os::FutexBarrier<os::Scope::threads>,
                                os::FutexBarrier<os::Scope::processes>, os::PipeBarrier>;
TYPED_TEST_SUITE(Meeting, Barriers);

TYPED_TEST(Meeting, LetsNobodyOnBeforeAllHaveCome) {
  std::vector<std::atomic<std::uint64_t>> done(Watchful::tasks());
  std::atomic<std::uint64_t> out_of_step{0}, ops{0};
  const Watchful kernel{&done, &out_of_step};
  TypeParam barrier(Watchful::tasks());
  std::uint64_t cells[2] = {};
  const os::Grids grids{{cells, 1}, {cells + 1, 1}};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < Watchful::tasks(); ++i) {
      threads.emplace_back([&, i] {
        ops += os::keep_in_step(kernel, grids, i, [&] { return barrier.arrive(); }).ops;
      });
    }
  }
  EXPECT_EQ(out_of_step, 0u);
  EXPECT_EQ(ops, Watchful::phases());  // each counted once, whoever came last
}

TEST(SleepUntil, OutlastsSignals) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 2'000}, {0, 2'000}}, never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  const std::int64_t deadline = Stopwatch::now() + 50'000'000;
  os::sleep_until(deadline);
  EXPECT_GE(Stopwatch::now(), deadline);
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);
}

}  // namespace
}  // namespace concbench
