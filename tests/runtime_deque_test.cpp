// The split deque: every item comes out exactly once, whoever takes it.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "models/runtime/deque.hpp"
#include "models/runtime/lock.hpp"
#include "models/runtime/sanitizers.hpp"

namespace concbench::runtime {
namespace {

// Item numbers stand in for pointers; bits that a Runnable uses for itself stay free.
Runnable item(std::uintptr_t number) {
  return {Kind::closure, reinterpret_cast<void*>((number + 1) * 16)};
}
std::uintptr_t number_of(Runnable item) {
  return reinterpret_cast<std::uintptr_t>(item.what()) / 16 - 1;
}

TEST(Deque, GivesItsOwnerTheNewestFirst) {
  Deque deque;
  for (std::uintptr_t i = 0; i < 5; ++i) EXPECT_TRUE(deque.push(item(i)));
  for (std::uintptr_t i = 5; i-- > 0;) EXPECT_EQ(deque.pop(), item(i));
  EXPECT_FALSE(deque.pop());
  EXPECT_TRUE(deque.empty());
}

TEST(Deque, GivesThievesTheOldestOfWhatWasShared) {
  Deque deque;
  for (std::uintptr_t i = 0; i < 4; ++i) deque.push(item(i));
  EXPECT_FALSE(deque.steal());
  EXPECT_TRUE(deque.share());
  EXPECT_TRUE(deque.has_shared());
  EXPECT_EQ(deque.steal(), item(0));
  EXPECT_EQ(deque.steal(), item(1));
  EXPECT_FALSE(deque.steal());
  EXPECT_EQ(deque.pop(), item(3));
  EXPECT_EQ(deque.pop(), item(2));
  EXPECT_FALSE(deque.pop());
}

TEST(Deque, TakesBackWhatNoThiefWanted) {
  Deque deque;
  for (std::uintptr_t i = 0; i < 9; ++i) {
    deque.push(item(i));
    deque.share();
  }
  for (std::uintptr_t i = 9; i-- > 0;) EXPECT_EQ(deque.pop(), item(i));
  EXPECT_FALSE(deque.pop());
}

TEST(Deque, StopsTheOwnersFastPathWhenAThiefAsks) {
  Deque deque;
  deque.ask();
  EXPECT_TRUE(deque.asked());
  EXPECT_FALSE(deque.share());  // there is nothing yet
  EXPECT_TRUE(deque.asked());
  EXPECT_FALSE(deque.push(item(0)));
  EXPECT_TRUE(deque.put(item(0)));
  EXPECT_TRUE(deque.share());
  EXPECT_FALSE(deque.asked());
  EXPECT_TRUE(deque.push(item(1)));
}

TEST(Deque, SaysWhenItIsFull) {
  Deque deque;
  for (std::uint64_t i = 0; i < Deque::capacity; ++i) ASSERT_TRUE(deque.push(item(i)));
  EXPECT_FALSE(deque.push(item(0)));
  EXPECT_FALSE(deque.put(item(0)));
  EXPECT_EQ(deque.pop(), item(Deque::capacity - 1));
  EXPECT_TRUE(deque.push(item(0)));
}

// Pushes as nested calls do, each at the position that it is given.
TEST(Deque, TakesBackByPositionWhatNobodyStole) {
  Deque deque;
  const Deque::Position first = deque.head();
  const Deque::Position second = Deque::push_at(first, item(0));
  const Deque::Position third = Deque::push_at(second, item(1));
  deque.set_head(Deque::push_at(third, item(2)));
  deque.share();  // the first two
  EXPECT_TRUE(deque.keeps(third));
  EXPECT_FALSE(deque.keeps(second));
  EXPECT_TRUE(deque.take_back(third));
  EXPECT_EQ(deque.steal(), item(0));
  EXPECT_TRUE(deque.take_back(second));
  EXPECT_FALSE(deque.take_back(first));
  EXPECT_EQ(deque.head(), first);
  EXPECT_TRUE(deque.empty());
}

// What a call awaits is stolen, and so is all below; what is pushed meanwhile must not reach down
// there, or the calls below would take it for theirs.
TEST(Deque, StaysAboveTheCallsThatAwaitAThief) {
  Deque deque;
  const Deque::Position first = deque.head();
  const Deque::Position second = Deque::push_at(first, item(0));
  for (int round = 0; round < 2; ++round) {
    deque.set_head(Deque::push_at(second, item(1)));
    while (deque.share()) {
    }
    if (round == 0) {
      EXPECT_EQ(deque.steal(), item(0));
    }
    EXPECT_EQ(deque.steal(), item(1));
    EXPECT_FALSE(deque.take_back(second));
    EXPECT_FALSE(deque.pop());
    EXPECT_EQ(deque.head(), second);
  }
  EXPECT_FALSE(deque.keeps(first));
  EXPECT_FALSE(deque.take_back(first));
}

TEST(Deque, AcceptsPushesByPositionUntilAThiefAsksOrItIsFull) {
  Deque deque;
  const Deque::Position above = Deque::push_at(deque.head(), item(0));
  EXPECT_TRUE(deque.accepts(above));
  EXPECT_TRUE(deque.accepts(deque.head() + Deque::capacity));
  EXPECT_FALSE(deque.accepts(deque.head() + Deque::capacity + 1));
  EXPECT_FALSE(deque.has_room(deque.head() + Deque::capacity + 1));
  deque.ask();
  EXPECT_FALSE(deque.accepts(above));
  EXPECT_TRUE(deque.has_room(above));
}

// The owner pushes and pops at random, sharing when asked, so that slots are reused while thieves
// read them.
TEST(Deque, HandsOutEachItemExactlyOnceUnderStealing) {
#if defined(CONCBENCH_TSAN) || defined(CONCBENCH_ASAN)
  constexpr std::uintptr_t items = 100'000;
#else
  constexpr std::uintptr_t items = 2'000'000;
#endif
  constexpr int thieves = 3;
  Deque deque;
  const auto taken = std::make_unique<std::atomic<std::uint8_t>[]>(items);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < thieves; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        if (const Runnable stolen = deque.steal()) {
          taken[number_of(stolen)].fetch_add(1);
        } else {
          deque.ask();
          pause();
        }
      }
    });
  }
  std::minstd_rand random(7);
  const auto take_one = [&] {
    const Runnable newest = deque.pop();
    if (newest) taken[number_of(newest)].fetch_add(1);
    if (deque.asked()) deque.share();
    return static_cast<bool>(newest);
  };
  for (std::uintptr_t next = 0; next < items;) {
    for (auto n = random() % 8; n > 0 && next < items; --n) {
      if (!deque.push(item(next))) {
        ASSERT_TRUE(deque.put(item(next)));
        deque.share();
      }
      ++next;
    }
    for (auto n = random() % 8; n > 0; --n) take_one();
  }
  while (take_one()) {
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  for (std::uintptr_t i = 0; i < items; ++i) ASSERT_EQ(taken[i], 1) << i;
}

}  // namespace
}  // namespace concbench::runtime
