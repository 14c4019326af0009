// The three models under kernels of our own, which no workload list has: kernels that throw, nest
// very deep, keep a ledger, or meddle with their worker. The models' classes live in their files,
// so the files are part of this test.
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "tests/numbered.hpp"
#include "tests/workers.hpp"
#include "workloads/pair.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

#if defined(CONCBENCH_TSAN) || defined(CONCBENCH_ASAN)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

template <class M>
class AnyModel : public testing::Test {};
using AllModels = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(AnyModel, AllModels);

template <class M>
class WaitingModel : public testing::Test {};
using WaitingModels = testing::Types<fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(WaitingModel, WaitingModels);

// ---- Exactly once

// A tree of pairs; each leaf ticks itself off in a ledger.
struct Ledger {
  static constexpr About about{"ledger", Shape::fork_join, ""};
  struct Node {
    std::uint32_t first, count;
  };
  using Result = std::uint64_t;

  std::uint32_t leaves;
  std::atomic<std::uint32_t>* ticks;

  Node root() const { return {0, leaves}; }
  Pair<Ledger> children(const Node& node) const { return {node.count > 1, node}; }
  static Node left(Node node) { return {node.first, node.count / 2}; }
  static Node right(Node node) {
    const std::uint32_t half = node.count / 2;
    return {node.first + half, node.count - half};
  }
  Result leaf(Node node) const {
    ticks[node.first].fetch_add(1);
    return 1;
  }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }
  std::uint64_t expected() const { return leaves; }
  Demand demand() const { return {2 * leaves - 1, leaves}; }
};

TYPED_TEST(AnyModel, RunsEachLeafExactlyOnceWhileOthersSteal) {
  constexpr std::uint32_t leaves = 20'000;
  const auto ticks = std::make_unique<std::atomic<std::uint32_t>[]>(leaves);
  TypeParam model(setup_of(4));
  constexpr std::uint32_t rounds = sanitized ? 5 : 100;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    Stopwatch clock;
    const Ledger kernel{leaves, ticks.get()};
    const Outcome outcome = model.fork_join(kernel, clock);
    ASSERT_EQ(outcome.answer, leaves);
    ASSERT_EQ(outcome.ops, kernel.demand().ops);
  }
  for (std::uint32_t i = 0; i < leaves; ++i) ASSERT_EQ(ticks[i], rounds) << i;
}

// Tasks of a fan, with a body long enough for others to steal.
struct Fanned {
  static constexpr About about{"fanned", Shape::fan_out, ""};

  std::uint64_t count;
  std::atomic<std::uint32_t>* ticks;

  std::uint64_t tasks() const { return count; }
  using Ticket = std::uint64_t;
  static Ticket ticket(std::uint64_t i) { return i; }
  std::uint64_t body(std::uint64_t i) const {
    for (int spin = 0; spin < 200; ++spin) runtime::pause();
    ticks[i].fetch_add(1);
    return i;
  }
  std::uint64_t expected() const { return count * (count - 1) / 2; }
  Demand demand() const { return {count, count}; }
};

TYPED_TEST(AnyModel, RunsEachTaskOfAFanExactlyOnce) {
  constexpr std::uint64_t count = 3'000;
  const auto ticks = std::make_unique<std::atomic<std::uint32_t>[]>(count);
  TypeParam model(setup_of(4));
  constexpr std::uint32_t rounds = 5;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    Stopwatch clock;
    const Fanned kernel{count, ticks.get()};
    const Outcome outcome = model.fan_out(kernel, clock);
    ASSERT_EQ(outcome.answer, kernel.expected());
    ASSERT_EQ(outcome.ops, count);
  }
  for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(ticks[i], rounds) << i;
}

// ---- Order

// Results are strings of digits: a fold in another order gives another number.
struct Ordered {
  static constexpr About about{"ordered", Shape::fork_join, ""};
  using Node = unsigned;  // 10 is the root
  struct Result {
    std::uint64_t value, scale;
  };

  Node root() const { return 10; }
  Numbered<Ordered> children(Node node) const { return {*this, node, node == 10 ? 9u : 0u}; }
  Node child(Node, unsigned i) const { return i + 1; }
  Result leaf(Node node) const { return {node, 10}; }
  static Result fold(Result a, Result b) {
    return {a.value * b.scale + b.value, a.scale * b.scale};
  }
  static std::uint64_t answer(Result result) { return result.value; }
  std::uint64_t expected() const { return 123'456'789; }
  Demand demand() const { return {10, 10}; }
};

TYPED_TEST(AnyModel, FoldsResultsInTheOrderOfTheChildren) {
  TypeParam model(setup_of(2));
  for (int round = 0; round < 200; ++round) {
    Stopwatch clock;
    ASSERT_EQ(model.fork_join(Ordered{}, clock).answer, Ordered{}.expected());
  }
}

TEST(InOrder, PutsWhatFollowsALateResultBehindIt) {
  struct Slot {
    Ordered::Result result;
  };
  const Ordered kernel;
  runtime::InOrder<Ordered, Slot> results(kernel);
  const auto late = [&]() -> Slot& {
    Slot& slot = results.slot();
    results.await();
    return slot;
  };
  results.add({1, 10});
  Slot& second = late();
  results.add({3, 10});
  results.add({4, 10});
  Slot& fifth = late();
  Slot& sixth = late();
  sixth.result = {6, 10};
  second.result = {2, 10};
  fifth.result = {5, 10};
  EXPECT_EQ(results.total().value, 123'456u);
}

// ---- Depth

// A chain of nodes with `width` children each, all but the last of which are leaves.
struct Chain {
  static constexpr About about{"chain", Shape::fork_join, ""};
  struct Node {
    std::uint32_t depth;
    bool leaf;
  };
  using Result = std::uint64_t;

  std::uint32_t depth;
  unsigned width;
  unsigned deep_child;  // which child the chain goes on with

  Node root() const { return {depth, depth == 0}; }
  Numbered<Chain> children(Node node) const { return {*this, node, node.leaf ? 0 : width}; }
  Node child(Node node, unsigned i) const {
    return {node.depth - 1, i != deep_child || node.depth == 1};
  }
  Result leaf(Node) const { return 1; }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }
  std::uint64_t expected() const { return std::uint64_t{depth} * (width - 1) + 1; }
  Demand demand() const { return {std::uint64_t{depth} * width + 1, depth}; }
};

template <class M>
void expect_chain(const Chain& kernel) {
  M model(setup_of(2));
  Stopwatch clock;
  const Outcome outcome = model.fork_join(kernel, clock);
  EXPECT_EQ(outcome.answer, kernel.expected());
  EXPECT_EQ(outcome.ops, kernel.demand().ops);
}

TYPED_TEST(AnyModel, WalksATreeAsDeepAsTheDeepestOfUts) {
  for (const unsigned width : {1u, 2u, 8u}) {
    for (const unsigned deep_child : {0u, width - 1}) {
      expect_chain<TypeParam>({1'600, width, deep_child});
    }
  }
}

TYPED_TEST(AnyModel, WalksAChainOfAHundredThousandTasks) {
  expect_chain<TypeParam>({sanitized ? 2'000u : 100'000u, 1, 0});
}

TYPED_TEST(WaitingModel, KeepAChainThatForksAsDeepAsMemoryAllows) {
  const std::uint32_t depth = sanitized ? 1'000 : 20'000;
  expect_chain<TypeParam>({depth, 2, 0});
  expect_chain<TypeParam>({depth, 3, 1});
}

TEST(PoolStack, RefusesATreeThatIsTooDeepInsteadOfCrashing) {
#if defined(CONCBENCH_TSAN)
  GTEST_SKIP() << "ThreadSanitizer's own record of calls ends at a depth of 65,536";
#endif
  pool::Pool model(setup_of(1));
  Stopwatch clock;
  EXPECT_THROW(model.fork_join(Chain{10'000'000, 2, 0}, clock), Exhausted);
  EXPECT_EQ(model.fork_join(Chain{10, 2, 0}, clock).answer, 11u);
}

// Uses up any stack.
struct Overflowing : Fanned {
  static constexpr About about{"overflowing", Shape::fan_out, ""};
  [[gnu::noinline]] static std::uint64_t deeper(std::uint64_t depth) {
    volatile char frame[512] = {static_cast<char>(depth)};
    const std::uint64_t below = depth == 0 ? 0 : deeper(depth - 1);
    return below + static_cast<std::uint64_t>(frame[0]);
  }
  std::uint64_t body(std::uint64_t) const { return deeper(1'000); }
};

TEST(FiberStack, CrashesWhenItOverflowsInsteadOfCorruptingItsNeighbour) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto overflow = [] {
    fibers::Fibers model(setup_of(1));
    Stopwatch clock;
    model.fan_out(Overflowing{{1, nullptr}}, clock);
  };
  EXPECT_DEATH(overflow(), "");
}

// ---- Exceptions

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ThrowingTree : Ledger {
  static constexpr About about{"throwing", Shape::fork_join, ""};
  std::uint32_t bad;

  Result leaf(Node node) const {
    if (node.first == bad) throw Broken("leaf");
    return Ledger::leaf(node);
  }
};

struct ThrowingFan : Fanned {
  static constexpr About about{"throwing", Shape::fan_out, ""};
  std::uint64_t body(std::uint64_t i) const {
    if (i == count / 2) throw Broken("task");
    return i;
  }
};

TYPED_TEST(AnyModel, ThrowsWhatATaskThrewAndWorksOn) {
  constexpr std::uint32_t leaves = 1'000;
  const auto ticks = std::make_unique<std::atomic<std::uint32_t>[]>(leaves);
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    for (std::uint32_t bad = 0; bad < leaves; bad += 37) {
      Stopwatch clock;
      EXPECT_THROW(model.fork_join(ThrowingTree{{leaves, ticks.get()}, bad}, clock), Broken);
      EXPECT_THROW(model.fan_out(ThrowingFan{{leaves, ticks.get()}}, clock), Broken);
      EXPECT_EQ(model.fork_join(Ledger{leaves, ticks.get()}, clock).answer, leaves);
    }
  }
}

struct ThrowingRing : Ring {
  std::uint64_t pass(std::uint64_t token, std::uint64_t task) const {
    if (task == 3 && token > 100) throw Broken("hop");
    return Ring::pass(token, task);
  }
};
struct ThrowingYield : Yield {
  std::uint64_t tick(std::uint64_t task) const {
    if (task == 7) throw Broken("tick");
    return Yield::tick(task);
  }
};
struct ThrowingChannel : Mpmc {
  std::uint64_t item(std::uint64_t i) const {
    if (i == 2'000) throw Broken("item");
    return Mpmc::item(i);
  }
};

TYPED_TEST(WaitingModel, ThrowsWhatAParticipantThrewAndLeavesNobodyWaiting) {
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    for (int round = 0; round < 20; ++round) {
      Stopwatch clock;
      EXPECT_THROW(model.hand_off(ThrowingRing{}, clock), Broken);
      EXPECT_THROW(model.yield(ThrowingYield{}, clock), Broken);
      EXPECT_THROW(model.channel(ThrowingChannel{}, clock), Broken);
      EXPECT_EQ(model.yield(Yield{}, clock).answer, Yield{}.expected());
    }
  }
}

// Tasks on workers that take them from each other at nearly every yield: the state that each keeps
// must be its own, and what it knows of its worker must be up to date.
TYPED_TEST(WaitingModel, SurvivesAChangeOfWorkerAtAnyYield) {
  struct Moving : Yield {
    std::atomic<std::uint64_t>* moves;
    // Not inlined: the compiler would keep the address of the thread_local across switches.
    [[gnu::noinline]] static std::uint64_t last_here(std::uint64_t task) {
      thread_local std::uint64_t last = 0;
      return std::exchange(last, task);
    }
    std::uint64_t tick(std::uint64_t task) const {
      moves->fetch_add(last_here(task) != task);
      for (int spin = 0; spin < 100; ++spin) runtime::pause();
      return Yield::tick(task);
    }
  };
  std::atomic<std::uint64_t> moves{0};
  Moving kernel;
  kernel.task_count = 9;
  kernel.yield_count = 1'000;
  kernel.moves = &moves;
  TypeParam model(setup_of(4));
  for (int round = 0; round < (sanitized ? 2 : 10); ++round) {
    Stopwatch clock;
    const Outcome outcome = model.yield(kernel, clock);
    EXPECT_EQ(outcome.answer, kernel.expected());
    EXPECT_EQ(outcome.ops, kernel.demand().ops);
  }
  EXPECT_GT(moves, 0u);
}

// A fiber must see its own exception in flight, also after others have thrown on the same worker.
TEST(FiberExceptions, StayWithTheirFiberAcrossSwitches) {
  struct Rethrowing : Yield {
    std::uint64_t tick(std::uint64_t task) const {
      try {
        try {
          throw task;
        } catch (...) {
          throw;
        }
      } catch (std::uint64_t mine) {
        return mine + 1;
      }
    }
  };
  fibers::Fibers model(setup_of(4));
  Stopwatch clock;
  EXPECT_EQ(model.yield(Rethrowing{}, clock).answer, Rethrowing{}.expected());
}

// ---- Placement

struct Meddler {
  static constexpr About about{"meddler", Shape::fan_out, ""};
  std::uint64_t tasks() const { return 1; }
  using Ticket = std::uint64_t;
  static Ticket ticket(std::uint64_t i) { return i; }
  // Binds its worker to other CPUs.
  std::uint64_t body(std::uint64_t) const {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : to) CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
    return 0;
  }
  std::uint64_t expected() const { return 0; }
  Demand demand() const { return {1, 1}; }

  static std::vector<int>& allowed_cpus_of_process() {
    static std::vector<int> cpus = os::allowed_cpus();
    return cpus;
  }

  std::vector<int> to;
};

TYPED_TEST(AnyModel, ReportsWhereItsWorkersAreBoundAndWereSeen) {
  const concbench::Setup setup = setup_of(3);
  TypeParam model(setup);
  Stopwatch clock;
  model.fork_join(Fib{.n = 15}, clock);
  const std::vector<WorkerReport> reports = model.workers();
  ASSERT_EQ(reports.size(), 3u);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].cpu, setup.cpus[i]);
    EXPECT_EQ(reports[i].observed, std::vector<int>{setup.cpus[i]});
    EXPECT_EQ(reports[i].migrations, 0u);
  }
}

TYPED_TEST(AnyModel, ShowsAWorkerThatLeavesItsCpu) {
  const std::vector<int> cpus = Meddler::allowed_cpus_of_process();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two CPUs";
  TypeParam model(setup_of(1));
  Stopwatch clock;
  model.fan_out(Meddler{{cpus.back()}}, clock);
  WorkerReport report = model.workers().front();
  EXPECT_EQ(report.cpu, cpus.back());
  // It is seen again when it goes to sleep, which is after we are told that it is done.
  for (int patience = 0; patience < 2'000 && report.migrations == 0; ++patience) {
    timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
    report = model.workers().front();
  }
  EXPECT_GE(report.migrations, 1u);
  EXPECT_GE(report.observed.size(), 2u);
  model.fan_out(Meddler{cpus}, clock);
  EXPECT_EQ(model.workers().front().cpu, -1);
}

TEST(Start, SaysWhichCpuAWorkerCannotBeBoundTo) {
  try {
    pool::Pool model(concbench::Setup{{os::allowed_cpus().front(), 100'000}, {}});
    FAIL() << "there is no CPU 100000";
  } catch (const Exhausted& exhausted) {
    EXPECT_NE(std::string(exhausted.what()).find("100000"), std::string::npos);
  }
}

// ---- Hand-off's places

struct PlacedRing : Ring {
  Place placed = Place::any;
  // The worker on which each hop was made.
  std::array<std::atomic<const void*>, 8>* seen = nullptr;

  Place place() const { return placed; }
  std::uint64_t pass(std::uint64_t token, std::uint64_t task) const {
    (*seen)[task] = &worker_of_this_thread();
    return Ring::pass(token, task);
  }
  [[gnu::noinline]] static runtime::Worker& worker_of_this_thread() {
    return *runtime::this_worker;
  }
};

template <class M>
std::vector<const void*> places(Place place, std::size_t workers, std::int64_t tasks) {
  std::array<std::atomic<const void*>, 8> seen{};
  PlacedRing kernel;
  kernel.task_count = tasks;
  kernel.hop_count = 500;
  kernel.placed = place;
  kernel.seen = &seen;
  M model(setup_of(workers));
  Stopwatch clock;
  EXPECT_EQ(model.hand_off(kernel, clock).answer, kernel.expected());
  return std::vector<const void*>(seen.begin(), seen.begin() + tasks);
}

TYPED_TEST(WaitingModel, KeepsAHandOffOnOneWorkerIfAsked) {
  const auto seen = places<TypeParam>(Place::same, 4, 8);
  for (const void* worker : seen) EXPECT_EQ(worker, seen.front());
}

TYPED_TEST(WaitingModel, KeepsNeighboursOnDifferentWorkersIfAsked) {
  for (const auto& [workers, tasks] :
       {std::pair{2, 2}, {2, 8}, {3, 3}, {3, 4}, {3, 7}, {4, 5}, {4, 8}}) {
    const auto seen = places<TypeParam>(Place::cross, workers, tasks);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_NE(seen[i], seen[(i + 1) % seen.size()]) << workers << " workers, task " << i;
    }
  }
}

TYPED_TEST(WaitingModel, SaysWhenNeighboursCannotBeOnDifferentWorkers) {
  EXPECT_THROW(places<TypeParam>(Place::cross, 1, 2), Exhausted);
  EXPECT_THROW(places<TypeParam>(Place::cross, 2, 3), Exhausted);
}

}  // namespace
}  // namespace concbench
