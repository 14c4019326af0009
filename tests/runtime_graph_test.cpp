// How pool, fibers and coroutines begin a task of a graph once all its predecessors have ended. The
// models' classes live in their files, so the files are part of this test.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "tests/workers.hpp"
#include "workloads/edges.hpp"

namespace concbench {
namespace {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Ticks each task off, and notes whether one began before its predecessors had ended, and on which
// thread.
struct Ledger {
  static constexpr About about{"ledger", Shape::graph, ""};
  using Word = std::uint64_t;

  const Edges* edges;
  std::atomic<std::uint32_t>* ticks;
  std::atomic<std::uint64_t>* hasty;
  std::thread::id* by = nullptr;
  GraphTask bad = ~GraphTask{0};

  std::size_t words() const { return 1; }
  void prepare(std::span<Word>) {}
  GraphTask tasks() const { return edges->tasks(); }
  std::span<const GraphTask> predecessors(GraphTask task) const {
    return edges->predecessors(task);
  }
  std::span<const GraphTask> successors(GraphTask task) const { return edges->successors(task); }
  std::uint64_t critical_path() const { return edges->critical_path(); }
  void perform(GraphTask task) const {
    const std::uint32_t round = ticks[task].load() + 1;
    for (const GraphTask before : predecessors(task)) {
      if (ticks[before].load() != round) hasty->fetch_add(1);
    }
    if (by) {
      for (int spin = 0; spin < 100; ++spin) runtime::pause();
      by[task] = std::this_thread::get_id();
    }
    ticks[task].fetch_add(1);
    if (task == bad) throw Broken("task");
  }
  std::uint64_t answer() const { return tasks(); }
  std::uint64_t expected() const { return tasks(); }
  Demand demand() const { return {tasks(), 1}; }
};

// Each task after up to three of the 50 before it; some after none, and so some before none.
Edges random_graph(GraphTask tasks, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Edges edges;
  for (GraphTask task = 0; task < tasks; ++task) {
    std::set<GraphTask> before;
    for (std::uint64_t i = random() % 4; i > 0 && task > 0; --i) {
      before.insert(task - 1 - static_cast<GraphTask>(random() % std::min<GraphTask>(task, 50)));
    }
    edges.add(std::vector(before.begin(), before.end()));
  }
  edges.close();
  return edges;
}

template <class M>
class GraphByModel : public testing::Test {
 public:
  // Runs the graph so many times, and looks whether each task was done once each time, and in time.
  void expect_in_order(M& model, const Edges& edges, int rounds, std::thread::id* by = nullptr) {
    const auto ticks = std::make_unique<std::atomic<std::uint32_t>[]>(edges.tasks());
    std::atomic<std::uint64_t> hasty{0};
    for (int round = 1; round <= rounds; ++round) {
      Stopwatch clock;
      const Ledger kernel{&edges, ticks.get(), &hasty, by};
      ASSERT_EQ(model.graph(kernel, clock).ops, edges.tasks());
      for (GraphTask task = 0; task < edges.tasks(); ++task) ASSERT_EQ(ticks[task], round);
    }
    EXPECT_EQ(hasty, 0u);
  }
};
using OnTheScheduler = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(GraphByModel, OnTheScheduler);

TYPED_TEST(GraphByModel, BeginsEachTaskOnceAndAfterItsPredecessors) {
  for (const std::size_t workers : {1, 2, 5}) {
    TypeParam model(setup_of(workers));
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      this->expect_in_order(model, random_graph(3'000, seed), 20);
    }
    this->expect_in_order(model, random_graph(1, 1), 100);
  }
}

TYPED_TEST(GraphByModel, LetsOthersTakeTasks) {
  TypeParam model(setup_of(4));
  const Edges edges = random_graph(5'000, 1);
  std::vector<std::thread::id> by(edges.tasks());
  std::size_t most = 0;
  for (int round = 0; round < 10; ++round) {
    this->expect_in_order(model, edges, 1, by.data());
    most = std::max(most, std::set(by.begin(), by.end()).size());
  }
  EXPECT_GT(most, 1u);
}

// A worker's queue holds about a million tasks.
TYPED_TEST(GraphByModel, DoesMoreThanItsQueuesHoldAtOnce) {
  Edges star;
  star.add({});
  for (GraphTask task = 1; task < 1'200'000; ++task) star.add(std::vector<GraphTask>{0});
  star.close();
  for (const std::size_t workers : {1, 2}) {
    TypeParam model(setup_of(workers));
    this->expect_in_order(model, star, 1);
  }
}

TYPED_TEST(GraphByModel, ThrowsWhatATaskThrewAndWorksOn) {
  const Edges edges = random_graph(1'000, 1);
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    for (const GraphTask bad : {0, 1, 500, 999}) {
      const auto ticks = std::make_unique<std::atomic<std::uint32_t>[]>(edges.tasks());
      std::atomic<std::uint64_t> hasty{0};
      Stopwatch clock;
      EXPECT_THROW(model.graph(Ledger{&edges, ticks.get(), &hasty, nullptr, bad}, clock), Broken);
      this->expect_in_order(model, edges, 1);
    }
  }
}

}  // namespace
}  // namespace concbench
