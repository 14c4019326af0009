// Graphs: the kernels against published examples and plain implementations, and the way in which
// pool, fibers and coroutines begin a task once all its predecessors have ended. The models'
// classes live in their files, so the files are part of this test.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "tests/kernels.hpp"
#include "tests/workers.hpp"
#include "workloads/edges.hpp"

namespace concbench {
namespace {

// ---- The kernels

// A kernel and the memory that its tasks work on.
template <Graph K>
struct Made {
  Made(std::int64_t tiles, std::int64_t tile)
      : kernel(with<K>({{"tiles", tiles}, {"tile", tile}})), memory(kernel.words()) {
    kernel.prepare(memory);
  }

  // Does all tasks, of those that may begin now one that chance picks, but for those left out.
  void perform_in_random_order(std::uint64_t seed, const std::set<GraphTask>& left_out = {}) {
    std::mt19937_64 random(seed);
    std::vector<std::size_t> waits_for(kernel.tasks());
    std::vector<GraphTask> ready;
    const auto begin = [&](GraphTask task) { ready.push_back(task); };
    for (GraphTask task = 0; task < kernel.tasks(); ++task) {
      waits_for[task] = kernel.predecessors(task).size();
      if (waits_for[task] == 0) begin(task);
    }
    while (!ready.empty()) {
      std::swap(ready[random() % ready.size()], ready.back());
      const GraphTask task = ready.back();
      ready.pop_back();
      if (!left_out.contains(task)) kernel.perform(task);
      for (const GraphTask next : kernel.successors(task)) {
        if (--waits_for[next] == 0) begin(next);
      }
    }
  }

  K kernel;
  std::vector<typename K::Word> memory;
};

template <class K>
class AnyGraph : public testing::Test {};
using AllGraphs = testing::Types<Cholesky, Wavefront>;
TYPED_TEST_SUITE(AnyGraph, AllGraphs);

TYPED_TEST(AnyGraph, ListsEachEdgeAtBothEndsAndHasItsLongestChain) {
  for (const std::int64_t tiles : {1, 2, 7, 20}) {
    const Made<TypeParam> made(tiles, 1);
    const auto& kernel = made.kernel;
    ASSERT_EQ(kernel.tasks(), kernel.demand().ops);
    std::set<std::pair<GraphTask, GraphTask>> from_below, from_above;
    std::vector<std::uint64_t> chain(kernel.tasks(), 1);
    for (GraphTask task = 0; task < kernel.tasks(); ++task) {
      for (const GraphTask before : kernel.predecessors(task)) {
        ASSERT_LT(before, task);
        EXPECT_TRUE(from_below.emplace(before, task).second);
        chain[task] = std::max(chain[task], chain[before] + 1);
      }
      for (const GraphTask after : kernel.successors(task)) from_above.emplace(task, after);
    }
    EXPECT_EQ(from_below, from_above);
    EXPECT_EQ(kernel.critical_path(), *std::ranges::max_element(chain));
  }
}

// A column of tiles is factored, the others are divided by it, and one of what is left is brought
// up to date, before the next column; a front goes from corner to corner.
TEST(CriticalPath, IsWhatTheAlgorithmsAreKnownFor) {
  for (const std::int64_t tiles : {1, 2, 7, 20}) {
    EXPECT_EQ(Made<Cholesky>(tiles, 1).kernel.critical_path(), 3 * tiles - 2);
    EXPECT_EQ(Made<Wavefront>(tiles, 1).kernel.critical_path(), 2 * tiles - 1);
  }
}

TYPED_TEST(AnyGraph, HasTheSameAnswerInWhateverOrderItsEdgesAllow) {
  for (const auto& [tiles, tile] : {std::pair{1, 24}, {2, 12}, {6, 4}, {24, 1}}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Made<TypeParam> made(tiles, tile);
      made.perform_in_random_order(seed);
      EXPECT_EQ(made.kernel.answer(), made.kernel.expected()) << tiles << " tiles";
      EXPECT_EQ(made.kernel.answer(), with<TypeParam>({{"tiles", 3}, {"tile", 8}}).expected());
    }
  }
}

TYPED_TEST(AnyGraph, HasAnotherAnswerIfATaskIsLost) {
  const GraphTask tasks = Made<TypeParam>(6, 4).kernel.tasks();
  for (GraphTask lost = 0; lost < tasks; ++lost) {
    Made<TypeParam> made(6, 4);
    made.perform_in_random_order(1, {lost});
    EXPECT_NE(made.kernel.answer(), made.kernel.expected()) << lost;
  }
}

// A task that does not wait for one of its predecessors may be done as soon as the others, and all
// that come before these, have been.
TYPED_TEST(AnyGraph, HasAnotherAnswerIfAnEdgeIsIgnored) {
  const Made<TypeParam> whole(6, 4);
  for (GraphTask hasty = 0; hasty < whole.kernel.tasks(); ++hasty) {
    for (const GraphTask ignored : whole.kernel.predecessors(hasty)) {
      Made<TypeParam> made(6, 4);
      std::vector<bool> done(made.kernel.tasks());
      const auto perform = [&](auto& self, GraphTask task) -> void {
        if (done[task]) return;
        done[task] = true;
        for (const GraphTask before : made.kernel.predecessors(task)) {
          if (task != hasty || before != ignored) self(self, before);
        }
        made.kernel.perform(task);
      };
      perform(perform, hasty);
      if (done[ignored]) continue;  // another edge asks for the same
      for (GraphTask task = 0; task < made.kernel.tasks(); ++task) perform(perform, task);
      EXPECT_NE(made.kernel.answer(), made.kernel.expected()) << ignored << " before " << hasty;
    }
  }
}

// As the textbook has it, row by row (Cholesky–Banachiewicz), without tiles.
std::vector<double> plain_factor(std::vector<double> a, std::size_t n) {
  std::vector<double> l(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < j; ++k) a[i * n + j] -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i == j ? std::sqrt(a[i * n + i]) : a[i * n + j] / l[j * n + j];
    }
  }
  return l;
}

TEST(Cholesky, FactorsWhatIsPublished) {  // Wikipedia, "Cholesky decomposition", its first example
  for (const auto& [tiles, tile] : {std::pair{3, 1}, {1, 3}}) {
    Made<Cholesky> made(tiles, tile);
    const double published[] = {4, 12, -16, 12, 37, -43, -16, -43, 98};
    std::ranges::copy(published, made.memory.begin());
    made.perform_in_random_order(1);
    EXPECT_EQ(made.memory[0], 2);
    EXPECT_EQ(made.memory[3], 6);
    EXPECT_EQ(made.memory[4], 1);
    EXPECT_EQ(made.memory[6], -8);
    EXPECT_EQ(made.memory[7], 5);
    EXPECT_EQ(made.memory[8], 3);
  }
}

TEST(Cholesky, FactorsAsAPlainImplementationDoes) {
  for (const auto& [tiles, tile] : {std::pair{1, 1}, {5, 1}, {4, 7}, {8, 16}}) {
    Made<Cholesky> made(tiles, tile);
    const auto n = static_cast<std::size_t>(tiles * tile);
    const std::vector<double> plain = plain_factor(made.memory, n);
    made.perform_in_random_order(2);
    std::uint64_t checksum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        ASSERT_EQ(made.memory[i * n + j], plain[i * n + j]) << i << "," << j;
        checksum = checksum * 31 + std::bit_cast<std::uint64_t>(plain[i * n + j]);
      }
    }
    EXPECT_EQ(made.kernel.answer(), checksum);
    EXPECT_EQ(made.kernel.expected(), checksum);
  }
}

// The whole table, cell by cell: its largest number, and the sum of all.
std::pair<int, std::uint64_t> plain_scores(std::string_view down, std::string_view across) {
  std::vector<std::vector<int>> table(down.size() + 1, std::vector<int>(across.size() + 1));
  int best = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i <= down.size(); ++i) {
    for (std::size_t j = 1; j <= across.size(); ++j) {
      const int pair = down[i - 1] == across[j - 1] ? 3 : -3;
      table[i][j] =
          std::max({0, table[i - 1][j - 1] + pair, table[i - 1][j] - 2, table[i][j - 1] - 2});
      best = std::max(best, table[i][j]);
      sum += static_cast<std::uint64_t>(table[i][j]);
    }
  }
  return {best, sum};
}

// The table of these sequences in place of its own.
std::uint64_t answer_for(std::string_view down, std::string_view across, std::int64_t tiles) {
  Made<Wavefront> made(tiles, static_cast<std::int64_t>(down.size()) / tiles);
  std::ranges::copy(down, made.memory.begin());
  std::ranges::copy(across, made.memory.begin() + static_cast<std::ptrdiff_t>(down.size()));
  made.perform_in_random_order(3);
  return made.kernel.answer();
}

// Wikipedia, "Smith–Waterman algorithm", its example. A letter that occurs in one sequence only, to
// make both equally long, changes no score.
TEST(Wavefront, ScoresWhatIsPublished) {
  EXPECT_EQ(plain_scores("TGTTACGG", "GGTTGACTA").first, 13);
  for (const std::int64_t tiles : {1, 3, 9}) {
    EXPECT_EQ(answer_for("TGTTACGG-", "GGTTGACTA", tiles) >> 32, 13u) << tiles << " tiles";
  }
}

TEST(Wavefront, ScoresAsAPlainImplementationDoes) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    std::string down(60, ' '), across(60, ' ');
    for (char& letter : down) letter = "ACGT"[random() % 4];
    for (char& letter : across) letter = "ACGT"[random() % 4];
    const auto [best, sum] = plain_scores(down, across);
    for (const std::int64_t tiles : {1, 2, 5, 60}) {
      EXPECT_EQ(answer_for(down, across, tiles), static_cast<std::uint64_t>(best) << 32 | sum);
    }
  }
  EXPECT_EQ(answer_for("AAAA", "CCCC", 2), 0u);
  EXPECT_EQ(answer_for("ACGT", "ACGT", 2) >> 32, 12u);
}

TEST(Wavefront, HasTheAnswerOfAPlainImplementation) {
  const Made<Wavefront> made(6, 16);
  std::string down, across;
  for (std::size_t i = 0; i < 96; ++i) {
    down += static_cast<char>('A' + made.memory[i]);
    across += static_cast<char>('A' + made.memory[96 + i]);
  }
  EXPECT_EQ((std::set<char>(down.begin(), down.end())), (std::set{'A', 'B', 'C', 'D'}));
  const auto [best, sum] = plain_scores(down, across);
  EXPECT_EQ(made.kernel.expected(), static_cast<std::uint64_t>(best) << 32 | sum);
}

// ---- The models

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
