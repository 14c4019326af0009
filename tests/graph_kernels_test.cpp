// Graphs of tasks against published examples and plain implementations.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/kernels.hpp"

namespace concbench {
namespace {

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
// that come before these, have been. Only what is subtracted from the same tile of a matrix may be
// so in another order, as long as it is one after another: 20 edges of a matrix of 6 × 6 tiles.
TYPED_TEST(AnyGraph, HasAnotherAnswerIfAnEdgeIsIgnored) {
  const Made<TypeParam> whole(6, 8);
  int unnoticed = 0;
  for (GraphTask hasty = 0; hasty < whole.kernel.tasks(); ++hasty) {
    for (const GraphTask ignored : whole.kernel.predecessors(hasty)) {
      Made<TypeParam> made(6, 8);
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
      unnoticed += made.kernel.answer() == made.kernel.expected();
    }
  }
  EXPECT_EQ(unnoticed, (std::is_same_v<TypeParam, Cholesky> ? 20 : 0));
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

}  // namespace
}  // namespace concbench
