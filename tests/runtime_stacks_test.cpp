// Stacks of fibers: guarded, distinct, reused, and without a limit but memory.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <stdexcept>
#include <string>

#include "models/runtime/fiber.hpp"
#include "models/runtime/stacks.hpp"

namespace concbench::runtime {
namespace {

// Whether the kernel can read the byte for us.
bool readable(const std::byte* address) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const bool read = write(ends[1], address, 1) == 1;
  EXPECT_TRUE(read || errno == EFAULT);
  close(ends[0]);
  close(ends[1]);
  return read;
}

class GuardedStacks : public testing::TestWithParam<Stacks::Guard> {};

INSTANTIATE_TEST_SUITE_P(Guards, GuardedStacks,
                         testing::Values(Stacks::best_guard(), Stacks::Guard::mprotect));

TEST_P(GuardedStacks, EndInAPageThatCannotBeTouched) {
  Stacks stacks(64 * 1024, GetParam());
  std::size_t count = 200;
  for (std::size_t taken = 0; taken < 200; taken += count) {
    count = 200;
    for (const Fiber* fiber = stacks.take(count); fiber; fiber = fiber->next) {
      EXPECT_FALSE(readable(fiber->bottom - 1));
      EXPECT_TRUE(readable(fiber->bottom));
      EXPECT_TRUE(readable(fiber->bottom + 32 * 1024));
    }
  }
  const bool marks = GetParam() == Stacks::Guard::page_marker;
  EXPECT_EQ(stacks.guard(), marks ? "MADV_GUARD_INSTALL" : "mprotect");
}

// Kernels before 6.13 have mprotect only, which splits a mapping each time: at most 32,743 stacks
// could be guarded so. The others must be there all the same, and the report must say so.
TEST(StacksWithoutPageMarkers, HoldAHundredThousandAndSayHowManyAreGuarded) {
  constexpr std::size_t wanted = 100'000;
  Stacks stacks(Stacks::least_bytes, Stacks::Guard::mprotect);
  std::set<std::byte*> bottoms;
  std::size_t guarded = 0;
  while (bottoms.size() < wanted) {
    std::size_t count = wanted - bottoms.size();
    for (const Fiber* fiber = stacks.take(count); fiber; fiber = fiber->next) {
      EXPECT_TRUE(bottoms.insert(fiber->bottom).second);
      guarded += !readable(fiber->bottom - 1);
    }
  }
  EXPECT_GT(guarded, 10'000u);
  ASSERT_LT(guarded, wanted);
  const std::string said = stacks.guard();
  EXPECT_EQ(said.find("mprotect on "), 0u) << said;
  EXPECT_EQ(std::stoul(said.substr(12)), guarded) << said;
}

TEST(StackCache, HandsOutDistinctStacksAndTheWarmestFirst) {
  Stacks stacks(16 * 1024);
  StackCache cache;
  cache.attach(&stacks);
  std::set<Fiber*> taken;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(taken.insert(cache.take()).second);
  Fiber* const last = *taken.begin();
  for (Fiber* fiber : taken) {
    if (fiber != last) cache.give(fiber);
  }
  cache.give(last);
  EXPECT_EQ(cache.take(), last);
  // What went back to the common store is found again there, and nothing twice.
  std::set<Fiber*> again{last};
  for (int i = 1; i < 1'000; ++i) EXPECT_TRUE(again.insert(cache.take()).second);
}

}  // namespace
}  // namespace concbench::runtime
