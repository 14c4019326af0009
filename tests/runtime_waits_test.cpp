// How tasks of the three models wait for times, locks and each other: never too short, never for
// nothing, and nobody for ever.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "tests/workers.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

#if defined(CONCBENCH_TSAN) || defined(CONCBENCH_ASAN)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class M>
class Waits : public testing::Test {
 protected:
  template <class K>
  void expect_right(M& model, const K& kernel) {
    Stopwatch clock;
    const Outcome outcome = perform(model, kernel, clock);
    EXPECT_EQ(outcome.answer, kernel.expected());
    EXPECT_EQ(outcome.ops, kernel.demand().ops);
  }
};
using AllModels = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(Waits, AllModels);

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// ---- Times

// Keeps by how much each woke late.
struct Late : Sleepers {
  std::vector<std::int64_t>* late = nullptr;
  std::uint64_t woke(std::uint64_t i, std::int64_t late_ns) const {
    (*late)[i] = late_ns;
    return Sleepers::woke(i, late_ns);
  }
};

TYPED_TEST(Waits, WakesNobodyEarlyAndMostSoonAfter) {
  for (const std::size_t workers : {1, 2, 4}) {
    TypeParam model(setup_of(workers));
    std::vector<std::int64_t> late(200, -1);
    Late kernel;
    kernel.n = 200;
    kernel.span_us = 50'000;
    kernel.late = &late;
    this->expect_right(model, kernel);
    std::sort(late.begin(), late.end());
    EXPECT_GE(late.front(), 0);
    EXPECT_LT(late[late.size() / 2], sanitized ? 50'000'000 : 5'000'000);  // also if it is busy
  }
}

TYPED_TEST(Waits, KeepsAHundredThousandTimers) {
  TypeParam model(setup_of(2));
  Sleepers kernel;
  kernel.n = sanitized ? 1'000 : 100'000;
  this->expect_right(model, kernel);
  kernel.first_us = kernel.span_us = 0;  // all are due at once
  this->expect_right(model, kernel);
}

TYPED_TEST(Waits, UsesNoCpuUntilADeadline) {
  TypeParam model(setup_of(2));
  Sleepers kernel;
  kernel.n = 2;
  kernel.first_us = 300'000;
  kernel.span_us = 1;
  this->expect_right(model, kernel);  // without what the first run costs
  const double before = cpu_seconds();
  this->expect_right(model, kernel);
  EXPECT_LT(cpu_seconds() - before, sanitized ? 0.03 : 0.006);
}

// One task computes for long, while another's time comes: a worker that sleeps has to take it.
struct Neglect {
  static constexpr About about{"neglect", Shape::recipe, ""};
  static constexpr std::int64_t wait_ns = 20'000'000, busy_ns = 400'000'000;
  std::atomic<std::int64_t>* woke_late;

  static std::uint64_t tasks() { return 2; }
  static std::uint64_t steps(std::uint64_t) { return 1; }
  static RecipeStep step(std::uint64_t task, std::uint64_t) {
    if (task == 0) return {RecipeStep::Kind::wait, wait_ns};
    return {RecipeStep::Kind::block, busy_ns};
  }
  static void work(RecipeStep step) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(step.ns));
  }
  std::uint64_t did(std::uint64_t task, std::uint64_t, std::int64_t since, std::int64_t now) const {
    if (task == 0) woke_late->store(now - since - wait_ns);
    return 1;
  }
  static std::uint64_t expected() { return 2; }
  static Demand demand() { return {2, 2}; }
};

TYPED_TEST(Waits, TakesWhatFallsDueOnAWorkerThatComputes) {
  TypeParam model(setup_of(2));
  for (int round = 0; round < 3; ++round) {
    std::atomic<std::int64_t> late{-1};
    this->expect_right(model, Neglect{&late});
    EXPECT_GE(late, 0);
    EXPECT_LT(late, 200'000'000);
  }
}

TYPED_TEST(Waits, OverlapsTheWaitsOfARecipe) {
  TypeParam model(setup_of(1));
  Chef kernel;
  kernel.dishes = 50;
  kernel.chop_us = 1;
  kernel.boil_us = 20'000;
  Stopwatch clock;
  model.recipe(kernel, clock);
  EXPECT_GE(clock.last_wall_ns(), 20'000'000);
  EXPECT_LT(clock.last_wall_ns(), 500'000'000);  // one after another they take a second
}

// ---- A lock

// What is not excluded shows as a torn pair, or as a lost count.
struct Exclusion {
  static constexpr About about{"exclusion", Shape::contend, ""};
  struct State {
    std::uint64_t first = 0, second = 0, torn = 0;
  };
  struct Own {};
  std::uint64_t count, each;

  std::uint64_t tasks() const { return count; }
  std::uint64_t sections() const { return each; }
  static void ask(Own&) {}
  static void enter(State& state, Own&) {
    state.torn += state.first != state.second;
    const std::uint64_t next = state.first + 1;
    state.first = next;
    for (int i = 0; i < 20; ++i) runtime::pause();
    state.second = next;
  }
  static std::uint64_t answer(const State& state) { return state.torn ? 0 : state.second; }
  std::uint64_t expected() const { return count * each; }
  Demand demand() const { return {count * each, count}; }
};

TYPED_TEST(Waits, LetsOneAtATimeIntoACriticalSection) {
  for (const std::size_t workers : {1, 2, 4}) {
    TypeParam model(setup_of(workers));
    for (int round = 0; round < (sanitized ? 2 : 20); ++round) {
      this->expect_right(model, Exclusion{7, 300});
    }
  }
}

// ---- Phases

// Each checks that it sees what all wrote a phase before.
struct InStep {
  static constexpr About about{"in_step", Shape::phases, ""};
  std::uint64_t count, rounds;

  std::uint64_t tasks() const { return count; }
  std::uint64_t phases() const { return rounds; }
  std::uint64_t cells() const { return count; }
  static void fill(std::span<std::uint64_t> grid) { std::fill(grid.begin(), grid.end(), 0); }
  void advance(std::span<const std::uint64_t> from, std::span<std::uint64_t> to,
               std::uint64_t task) const {
    bool alike = true;
    for (const std::uint64_t cell : from) alike &= cell == from[0];
    to[task] = alike ? from[task] + 1 : 0;
  }
  std::uint64_t checksum(std::span<const std::uint64_t> grid) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t cell : grid) sum += cell;
    return sum;
  }
  std::uint64_t expected() const { return count * rounds; }
  Demand demand() const { return {rounds, count}; }
};

TYPED_TEST(Waits, BeginsNoPhaseBeforeAllHaveEndedTheLast) {
  for (const std::size_t workers : {1, 2, 4}) {
    TypeParam model(setup_of(workers));
    for (const std::uint64_t tasks : {1, 2, 9}) this->expect_right(model, InStep{tasks, 500});
  }
}

// ---- Staying

TYPED_TEST(Waits, CountsThoseThatAreAliveAtOnce) {
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    HoldMany kernel;
    kernel.n = sanitized ? 300 : 20'000;
    for (int round = 0; round < 3; ++round) {
      std::uint64_t alive = 0;
      Stopwatch clock;
      clock.on_held = [&](std::uint64_t held) { alive = held; };
      EXPECT_EQ(model.hold(kernel, clock).answer, kernel.expected());
      EXPECT_EQ(alive, static_cast<std::uint64_t>(kernel.n));
      EXPECT_GT(clock.last_make_ns(), 0);
      EXPECT_GT(clock.last_release_ns(), 0);
    }
  }
}

// ---- Exceptions

struct ThrowingSection : Exclusion {
  static void enter(State& state, Own& own) {
    Exclusion::enter(state, own);
    if (state.first == 100) throw Broken("section");
  }
};
struct ThrowingHold : HoldMany {
  std::uint64_t begin(std::uint64_t i) const {
    if (i == 77) throw Broken("begin");
    return HoldMany::begin(i);
  }
};
struct ThrowingSleeper : Sleepers {
  std::uint64_t woke(std::uint64_t i, std::int64_t late_ns) const {
    if (i == 50) throw Broken("woke");
    return Sleepers::woke(i, late_ns);
  }
};
struct ThrowingCook : Chef {
  std::uint64_t did(std::uint64_t task, std::uint64_t s, std::int64_t since,
                    std::int64_t now) const {
    if (task == 3 && s == 1) throw Broken("did");
    return Chef::did(task, s, since, now);
  }
};
struct ThrowingPhase : InStep {
  void advance(std::span<const std::uint64_t> from, std::span<std::uint64_t> to,
               std::uint64_t task) const {
    if (task == 1 && from[0] == 30) throw Broken("advance");
    InStep::advance(from, to, task);
  }
};

TYPED_TEST(Waits, ThrowsWhatATaskThrewAndLeavesNobodyWaiting) {
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    for (int round = 0; round < 5; ++round) {
      Stopwatch clock;
      EXPECT_THROW(model.contend(ThrowingSection{{5, 100}}, clock), Broken);
      EXPECT_THROW(model.hold(ThrowingHold{}, clock), Broken);
      EXPECT_THROW(model.timers(ThrowingSleeper{}, clock), Broken);
      EXPECT_THROW(model.recipe(ThrowingCook{}, clock), Broken);
      EXPECT_THROW(model.phases(ThrowingPhase{{3, 100}}, clock), Broken);
      this->expect_right(model, InStep{3, 10});
    }
  }
}

}  // namespace
}  // namespace concbench
