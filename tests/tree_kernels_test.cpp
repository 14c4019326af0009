// The kernels of trees whose tasks have work to do, each against something that knows nothing of
// it: published counts, or a naive program.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tests/kernels.hpp"

namespace concbench {
namespace {

// The same for a kernel that works on memory, which is left as the run leaves it.
template <SharesMemory K>
std::vector<typename K::Word> expect_walk_on_memory(K kernel) {
  std::vector<typename K::Word> memory(kernel.words(), 0);
  kernel.prepare(memory);
  expect_walk(kernel);
  return memory;
}

// Python: hashlib.sha1(b"abcd"), hashlib.sha1(bytes(20)).
TEST(Sha1, GivesTheDigestsOfHashlib) {
  EXPECT_EQ(sha1<1>({0x61626364}),
            (Digest{0x81fe8bfe, 0x87576c3e, 0xcb22426f, 0x8e578473, 0x82917acf}));
  EXPECT_EQ(sha1<5>({0, 0, 0, 0, 0}),
            (Digest{0x6768033e, 0x21646824, 0x7bd031a0, 0xa2d9876d, 0x79818f8f}));
}

struct Counts {
  std::uint64_t nodes = 0, leaves = 0, depth = 0;
  bool operator==(const Counts&) const = default;
};

// The size of a tree, told by `children` alone.
void count(const Uts& kernel, const Uts::Node& node, std::uint64_t depth, Counts& counts) {
  ++counts.nodes;
  counts.depth = std::max(counts.depth, depth);
  auto children = kernel.children(node);
  if (children.empty()) ++counts.leaves;
  while (!children.empty()) count(kernel, children.next(), depth + 1, counts);
}

Counts counts_of(const char* tree) {
  const auto kernel = with<Uts>({{"tree", tree}});
  Counts counts;
  count(kernel, kernel.root(), 0, counts);
  return counts;
}

TEST(Uts, TreesHaveThePublishedNodesLeavesAndDepth) {
  EXPECT_EQ(counts_of("T1"), (Counts{4'130'071, 3'305'118, 10}));
  EXPECT_EQ(counts_of("T3"), (Counts{4'112'897, 3'599'034, 1572}));
  EXPECT_EQ(counts_of("T5"), (Counts{4'147'582, 2'181'318, 20}));
}

TEST(Uts, SmallTreesHaveTheCountsOfAWalkInPython) {
  EXPECT_EQ(counts_of("tiny"), (Counts{238, 150, 5}));
  EXPECT_EQ(counts_of("small"), (Counts{10'093, 8'893, 46}));
}

TEST(Uts, TreeGivesAnswerAndTasks) {
  for (const char* tree : {"tiny", "small", "T1"}) expect_walk(with<Uts>({{"tree", tree}}));
  EXPECT_EQ(with<Uts>({{"tree", "T3"}}).expected(), 4'112'897u);
}

TEST(Uts, ATreeOfAnotherShapeIsNoAnswer) {
  const auto kernel = with<Uts>({{"tree", "tiny"}});
  EXPECT_EQ(kernel.answer({238, 150, 5}), 238u);
  EXPECT_EQ(kernel.answer({238, 151, 5}), 0u);
  EXPECT_EQ(kernel.answer({238, 150, 6}), 0u);
  EXPECT_EQ(kernel.answer({237, 150, 5}), 237u);
}

TEST(Integrate, HasThePublishedValue) {
  EXPECT_EQ(with<Integrate>({{"n", 10'000}}).expected(), 2'500'000'050'000'000u);
}

TEST(Integrate, TreeGivesTheAreaAndItsTasks) {
  for (std::int64_t n = 1; n <= 20; ++n) expect_walk(with<Integrate>({{"n", n}}));
  expect_walk(with<Integrate>({{"n", 200}}));
}

// By Simpson's rule, which is exact for a cubic.
TEST(Integrate, AreaIsThatOfSimpsonsRule) {
  const auto curve = [](double x) { return x * x * x + x; };
  for (const std::int64_t n : {1, 2, 3, 7, 100}) {
    const auto end = static_cast<double>(n);
    const double area = end / 6 * (curve(0) + 4 * curve(end / 2) + curve(end));
    const auto kernel = with<Integrate>({{"n", n}});
    std::uint64_t tasks = 0;
    EXPECT_NEAR(walk(kernel, kernel.root(), tasks), area, 1e-4) << n;
    EXPECT_EQ(kernel.expected(), static_cast<std::uint64_t>(std::llround(area))) << n;
  }
}

TEST(Mergesort, SortsWhatWasInNoOrder) {
  for (const std::int64_t n : {1, 2, 3, 10, 1000, 1023, 20'000}) {
    for (const std::int64_t leaf : {1, 7, 500}) {
      auto kernel = with<Mergesort>({{"n", n}, {"leaf", leaf}});
      std::vector<std::uint64_t> before(kernel.words(), 0);
      kernel.prepare(before);
      before.resize(static_cast<std::size_t>(n));
      EXPECT_EQ(std::ranges::is_sorted(before), n < 3) << n;

      auto after = expect_walk_on_memory(kernel);
      after.resize(before.size());
      std::ranges::sort(before);
      EXPECT_EQ(after, before);
    }
  }
}

TEST(Mergesort, AnswerIsThatOfTheSortedNumbersOnly) {
  auto kernel = with<Mergesort>({{"n", 100}});
  std::vector<std::uint64_t> memory(kernel.words(), 0);
  kernel.prepare(memory);
  EXPECT_NE(kernel.answer({0, 100}), kernel.expected());
  std::iota(memory.begin(), memory.begin() + 100, std::uint64_t{0});
  EXPECT_EQ(kernel.answer({0, 100}), kernel.expected());
  EXPECT_NE(kernel.answer({0, 99}), kernel.expected());
  std::swap(memory[7], memory[8]);
  EXPECT_NE(kernel.answer({0, 100}), kernel.expected());
}

TEST(Mergesort, ExpectedIsTheSumOfSquares) {
  std::uint64_t squares = 0;
  for (std::uint64_t n = 1; n < 2000; ++n) {
    squares += (n - 1) * (n - 1);
    EXPECT_EQ(with<Mergesort>({{"n", static_cast<std::int64_t>(n)}}).expected(), squares);
  }
  // Modulo 2⁶⁴.
  const std::int64_t many = 5'000'000;
  for (std::uint64_t i = 1999; i < many; ++i) squares += i * i;
  EXPECT_EQ(with<Mergesort>({{"n", many}}).expected(), squares);
}

TEST(Matmul, GivesTheProductOfTheNaiveLoop) {
  for (const auto& [side, leaf] : {std::pair(1, 1), {2, 1}, {7, 3}, {64, 16}, {65, 16}, {40, 64}}) {
    const auto n = static_cast<std::size_t>(side);
    const auto memory = expect_walk_on_memory(with<Matmul>({{"n", side}, {"leaf", leaf}}));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += memory[i * n + k] * memory[(n + k) * n + j];
        ASSERT_EQ(memory[(2 * n + i) * n + j], sum) << n << ": " << i << ", " << j;
      }
    }
  }
}

TEST(Matmul, AnswerBindsEveryElement) {
  auto kernel = with<Matmul>({{"n", 8}, {"leaf", 8}});
  std::vector<double> memory(kernel.words(), 0);
  kernel.prepare(memory);
  memory[8 * 8] += 1;  // one element of the right-hand factor
  EXPECT_NE(kernel.leaf(kernel.root()), kernel.expected());
}

}  // namespace
}  // namespace concbench
