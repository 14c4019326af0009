// How many tasks, and how deep: the sizes that the models promise to hold, with the memory they
// promise to hold them in.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "workloads/pair.hpp"
#include "workloads/workloads.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)

namespace concbench {
namespace {

Setup two_workers() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &set)) ++cpu;
  return {{cpu, cpu}, {}};
}

// A size in kB from one of the kernel's files, in bytes.
std::uint64_t kernel_size(const char* file, const std::string& key) {
  std::ifstream in(file);
  std::string word;
  std::uint64_t kib = 0;
  while (in >> word) {
    if (word == key && in >> kib) return kib * 1024;
  }
  return 0;
}
std::uint64_t available_memory() { return kernel_size("/proc/meminfo", "MemAvailable:"); }
std::uint64_t resident_memory() { return kernel_size("/proc/self/status", "VmRSS:"); }

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

// Yields once, and keeps what the process holds when the first task gets its turn: by then all
// tasks are alive.
struct Crowd : Yield {
  std::uint64_t* resident = nullptr;
  std::uint64_t tick(std::uint64_t task) const {
    if (*resident == 0) *resident = resident_memory();
    return Yield::tick(task);
  }
};

template <class M>
std::uint64_t bytes_a_task(M& model, std::int64_t tasks) {
  std::uint64_t resident = 0;
  Crowd crowd;
  crowd.task_count = tasks;
  crowd.yield_count = 1;
  crowd.resident = &resident;
  const std::uint64_t before = resident_memory();
  Stopwatch clock;
  const Outcome outcome = model.yield(crowd, clock);
  EXPECT_EQ(outcome.answer, crowd.expected());
  EXPECT_EQ(outcome.ops, crowd.demand().ops);
  return (resident - before) / static_cast<std::uint64_t>(tasks);
}

TEST(Crowd, Of200000FibersIsGuardedAndFitsIntoWhatTheModelAsksFor) {
  if (available_memory() < 3 * gib) GTEST_SKIP() << "needs 3 GiB of free memory";
  if (runtime::Stacks::best_guard() != runtime::Stacks::Guard::page_marker) {
    GTEST_SKIP() << "this kernel guards stacks by mappings, of which it has too few";
  }
  fibers::Fibers model(two_workers());
  EXPECT_LE(bytes_a_task(model, 200'000), 8'192u);
  EXPECT_EQ(model.notes().at("stack_guard"), "MADV_GUARD_INSTALL");
}

TEST(Crowd, OfAMillionCoroutinesFitsIntoWhatTheModelAsksFor) {
  if (available_memory() < 2 * gib) GTEST_SKIP() << "needs 2 GiB of free memory";
  coroutines::Coroutines model(two_workers());
  EXPECT_LE(bytes_a_task(model, 1'000'000), 512u);
}

// ---- Depth

// A chain of nodes: each has two children, one of which is the next of the chain.
struct Chain {
  static constexpr About about{"chain", Shape::fork_join, ""};
  struct Node {
    std::uint32_t depth;
    bool leaf, second;
  };
  using Result = std::uint64_t;

  std::uint32_t depth;
  bool second;  // which child the chain goes on with
  // The stack addresses at which leaves ran.
  std::uintptr_t* lowest = nullptr;
  std::uintptr_t* highest = nullptr;

  Node root() const { return {depth, false, second}; }
  Pair<Chain> children(const Node& node) const { return {!node.leaf, node}; }
  static Node left(Node node) {
    return {node.depth - 1, node.second || node.depth == 1, node.second};
  }
  static Node right(Node node) {
    return {node.depth - 1, !node.second || node.depth == 1, node.second};
  }
  Result leaf(Node) const {
    if (lowest) {
      const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
      *lowest = std::min(*lowest, here);
      *highest = std::max(*highest, here);
    }
    return 1;
  }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }
  std::uint64_t expected() const { return std::uint64_t{depth} + 1; }
  Demand demand() const { return {std::uint64_t{depth} * 2 + 1, depth}; }
};

template <class M>
void expect_chain(M& model, const Chain& kernel) {
  Stopwatch clock;
  const Outcome outcome = model.fork_join(kernel, clock);
  EXPECT_EQ(outcome.answer, kernel.expected());
  EXPECT_EQ(outcome.ops, kernel.demand().ops);
}

template <class M>
class AnyModel : public testing::Test {};
using AllModels = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(AnyModel, AllModels);

TYPED_TEST(AnyModel, ForksAHundredThousandLevelsDeep) {
#if !defined(__OPTIMIZE__)
  GTEST_SKIP() << "without optimisation a worker's stack does not hold as many closures";
#endif
  if (available_memory() < 3 * gib) GTEST_SKIP() << "needs 3 GiB of free memory";
  TypeParam model(two_workers());
  expect_chain(model, {.depth = 100'000, .second = false});
  expect_chain(model, {.depth = 100'000, .second = true});
}

TEST(Coroutines, AwaitEachOtherAMillionDeepOnABoundedStack) {
#if !defined(__OPTIMIZE__)
  GTEST_SKIP() << "without optimisation a transfer is a call";
#endif
  constexpr std::uintptr_t stack_bytes = std::uintptr_t{64}
                                         << 10;  // as runtime/scheduler.cpp has it
  if (available_memory() < 2 * gib) GTEST_SKIP() << "needs 2 GiB of free memory";
  std::uintptr_t lowest = UINTPTR_MAX, highest = 0;
  concbench::Setup one = two_workers();
  one.cpus.pop_back();
  coroutines::Coroutines model(one);
  const std::uint64_t before = resident_memory();
  // Its first leaf hangs from the root, its last from the end of the chain.
  expect_chain(model, {1'000'000, true, &lowest, &highest});
  // More parents than the deque holds.
  expect_chain(model, {1'100'000, false, &lowest, &highest});
  EXPECT_LT(highest - lowest, stack_bytes);
  EXPECT_LT(resident_memory() - before, gib);
}

}  // namespace
}  // namespace concbench

#else

TEST(Scale, NeedABuildWithoutSanitizers) {
  GTEST_SKIP() << "sanitizers multiply memory and stacks";
}

#endif
