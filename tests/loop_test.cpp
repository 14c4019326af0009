// Loops: the kernels against published numbers, and the way in which pool, fibers and coroutines
// split a loop that others help with. The models' classes live in their files, so the files are
// part of this test.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "tests/kernels.hpp"
#include "tests/workers.hpp"

namespace concbench {
namespace {

// ---- The kernels

template <Loop K>
K made(std::int64_t n) {
  K kernel = with<K>({{"n", n}});
  if constexpr (requires { kernel.prepare(); }) kernel.prepare();
  return kernel;
}

// The sum of the bodies, and how many they were, as the concept says and nothing more.
template <Loop K>
Outcome sum_of(const K& kernel, std::uint64_t first, std::uint64_t last) {
  typename K::Result sum{};
  for (std::uint64_t i = first; i < last; ++i) sum += kernel.body(i);
  return {kernel.answer(sum), last - first};
}

template <Loop K>
void expect_whole(std::int64_t n, std::uint64_t published) {
  const K kernel = made<K>(n);
  EXPECT_EQ(kernel.expected(), published) << K::about.name << " " << n;
  const Outcome whole = sum_of(kernel, 0, kernel.iterations());
  EXPECT_EQ(whole.answer, published) << K::about.name << " " << n;
  EXPECT_EQ(whole.ops, kernel.demand().ops) << K::about.name << " " << n;
}

TEST(Primes, AreAsManyAsIsPublished) {  // OEIS A006880, and A000720 for the smallest
  expect_whole<Primes>(1, 0);
  expect_whole<Primes>(2, 1);
  expect_whole<Primes>(9, 4);
  expect_whole<Primes>(25, 9);
  expect_whole<Primes>(100, 25);
  expect_whole<Primes>(1'000, 168);
  expect_whole<Primes>(10'000, 1'229);
  expect_whole<Primes>(100'000, 9'592);
  expect_whole<Primes>(1'000'000, 78'498);
}

TEST(Triangle, TakesATriangularNumberOfSteps) {  // OEIS A000217
  expect_whole<Triangle>(1, 1);
  expect_whole<Triangle>(4, 10);
  expect_whole<Triangle>(52, 1'378);
  expect_whole<Triangle>(1'000, 500'500);
}

TEST(Dot, IsATetrahedralNumberForEachPeriod) {  // OEIS A000292
  expect_whole<Dot>(1, 1'000);
  expect_whole<Dot>(2, 1'000 + 2 * 999);
  expect_whole<Dot>(1'000, 167'167'000);
  expect_whole<Dot>(1'001, 167'168'000);
  expect_whole<Dot>(1'000'000, 167'167'000'000);
}

TEST(Dot, IsExactInWhateverPartsItIsAddedUp) {
  const auto kernel = made<Dot>(100'000);
  for (const std::uint64_t parts : {1u, 3u, 64u, 99'999u}) {
    std::uint64_t answers = 0;
    double sums = 0;
    for (std::uint64_t i = parts; i-- > 0;) {
      const Share part = share(kernel.iterations(), parts, i);
      const std::uint64_t answer = sum_of(kernel, part.first, part.last).answer;
      answers += answer;
      sums += static_cast<double>(answer);
    }
    EXPECT_EQ(answers, kernel.expected()) << parts;
    EXPECT_EQ(kernel.answer(sums), kernel.expected()) << parts;
  }
}

// ---- Faults in verbs: what the session and the conformance test compare must differ.

enum class Fault { none, iteration_lost, iteration_done_twice, one_lost_and_one_done_twice };

// A loop in which a verb gets iteration `at` wrong.
template <Loop K>
Outcome with_fault(const K& kernel, Fault fault, std::uint64_t at) {
  const std::uint64_t n = kernel.iterations();
  const bool loses = fault == Fault::iteration_lost || fault == Fault::one_lost_and_one_done_twice;
  const bool doubles =
      fault == Fault::iteration_done_twice || fault == Fault::one_lost_and_one_done_twice;
  const Outcome before = sum_of(kernel, 0, at), after = sum_of(kernel, at + 1, n);
  const Outcome one = loses ? Outcome{0, 0} : sum_of(kernel, at, at + 1);
  const std::uint64_t other = at == 0 ? 1 : at - 1;
  const Outcome again =
      doubles ? sum_of(kernel, loses ? other : at, (loses ? other : at) + 1) : Outcome{0, 0};
  return {before.answer + one.answer + after.answer + again.answer,
          before.ops + one.ops + after.ops + again.ops};
}

template <class K>
class AnyLoop : public testing::Test {};
using AllLoops = testing::Types<Dot, Triangle, Primes>;
TYPED_TEST_SUITE(AnyLoop, AllLoops);

TYPED_TEST(AnyLoop, DiffersWhereAnIterationIsLostOrDoneTwice) {
  const auto kernel = made<TypeParam>(200);
  const auto is_right = [&](const Outcome& outcome) {
    return outcome.answer == kernel.expected() && outcome.ops == kernel.demand().ops;
  };
  for (std::uint64_t at = 0; at < kernel.iterations(); ++at) {
    EXPECT_TRUE(is_right(with_fault(kernel, Fault::none, at))) << at;
    EXPECT_FALSE(is_right(with_fault(kernel, Fault::iteration_lost, at))) << at;
    EXPECT_FALSE(is_right(with_fault(kernel, Fault::iteration_done_twice, at))) << at;
  }
}

// Where all iterations differ, also if another made up for it in number.
TEST(Triangle, DiffersWhereOneIterationIsDoneInPlaceOfAnother) {
  const auto kernel = made<Triangle>(200);
  for (std::uint64_t at = 0; at < kernel.iterations(); ++at) {
    EXPECT_NE(with_fault(kernel, Fault::one_lost_and_one_done_twice, at).answer, kernel.expected());
  }
}

// ---- Splitting

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Ticks each iteration off, and notes which thread did it. The body is long enough for others to
// come for a part.
struct Ledger {
  static constexpr About about{"ledger", Shape::loop, ""};
  using Result = std::uint64_t;

  std::uint64_t count, least;
  std::atomic<std::uint32_t>* ticks;
  std::thread::id* by;
  std::uint64_t bad = ~std::uint64_t{0};

  std::uint64_t iterations() const { return count; }
  std::uint64_t grain() const { return least; }
  Result body(std::uint64_t i) const {
    if (i == bad) throw Broken("iteration");
    for (int spin = 0; spin < 200; ++spin) runtime::pause();
    ticks[i].fetch_add(1);
    by[i] = std::this_thread::get_id();
    return i;
  }
  static std::uint64_t answer(Result sum) { return sum; }
  std::uint64_t expected() const { return count * (count - 1) / 2; }
  Demand demand() const { return {count, 1}; }
};

template <class M>
class SplitByModel : public testing::Test {
 public:
  static constexpr std::uint64_t count = 5'000;

  Ledger ledger(std::uint64_t grain) { return {count, grain, ticks.get(), by.data()}; }

  std::set<std::thread::id> helpers() const { return {by.begin(), by.end()}; }

  const std::unique_ptr<std::atomic<std::uint32_t>[]> ticks =
      std::make_unique<std::atomic<std::uint32_t>[]>(count);
  std::vector<std::thread::id> by = std::vector<std::thread::id>(count);
};
using Splitting = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(SplitByModel, Splitting);

TYPED_TEST(SplitByModel, DoesEachIterationOnceWhileOthersTakeParts) {
  TypeParam model(setup_of(4));
  std::uint32_t rounds = 0;
  std::size_t most_helpers = 0;
  for (const std::uint64_t grain : {0, 1, 7, 10'000}) {
    for (int round = 0; round < 5; ++round, ++rounds) {
      Stopwatch clock;
      const Ledger kernel = this->ledger(grain);
      const Outcome outcome = model.loop(kernel, clock);
      ASSERT_EQ(outcome.answer, kernel.expected());
      ASSERT_EQ(outcome.ops, this->count);
      most_helpers = std::max(most_helpers, this->helpers().size());
      if (grain > this->count) {
        EXPECT_EQ(this->helpers().size(), 1u);
      }
    }
  }
  for (std::uint64_t i = 0; i < this->count; ++i) ASSERT_EQ(this->ticks[i], rounds) << i;
  EXPECT_GT(most_helpers, 1u);
}

TYPED_TEST(SplitByModel, GivesNoPartAwayThatIsSmallerThanTheGrain) {
  constexpr std::uint64_t grain = 100;
  TypeParam model(setup_of(4));
  std::uint64_t changes = 0;
  for (int round = 0; round < 20; ++round) {
    Stopwatch clock;
    model.loop(this->ledger(grain), clock);
    for (std::uint64_t i = 1, began = 0; i < this->count; ++i) {
      if (this->by[i] == this->by[i - 1]) continue;
      ASSERT_GE(i - began, grain) << i;
      began = i;
      ++changes;
    }
  }
  EXPECT_GT(changes, 0u);
}

TYPED_TEST(SplitByModel, ThrowsWhatAnIterationThrewAndWorksOn) {
  for (const std::size_t workers : {1, 4}) {
    TypeParam model(setup_of(workers));
    for (const std::uint64_t bad : {0, 1, 2'500, 4'999}) {
      Stopwatch clock;
      Ledger kernel = this->ledger(0);
      EXPECT_EQ(model.loop(kernel, clock).answer, kernel.expected());
      kernel.bad = bad;
      EXPECT_THROW(model.loop(kernel, clock), Broken);
    }
  }
}

}  // namespace
}  // namespace concbench
