// The channel of fibers and coroutines, step by step: who must wait, and who is woken with what.
#include <gtest/gtest.h>
#include <sched.h>

#include "models/runtime/waiting.hpp"

namespace concbench::runtime {
namespace {

// Stands for a waiting task; counts how often it was woken.
struct Task : Closure {
  Task() : Closure{wake} {}
  static void wake(Worker&, Closure* self) { ++static_cast<Task*>(self)->wakes; }
  Waiter waiter() { return Waiter({Kind::closure, static_cast<Closure*>(this)}, nullptr); }
  int wakes = 0;
};

// Runs `script(worker)` on a worker, which then runs whom that has woken.
template <class Script>
void on_a_worker(const Script& script) {
  struct Root : Closure {
    explicit Root(const Script& script) : Closure{run}, script(script) {}
    static void run(Worker& worker, Closure* self) {
      static_cast<Root*>(self)->script(worker);
      worker.scheduler().finish();
    }
    const Script& script;
  } root(script);
  Scheduler scheduler({sched_getcpu()});
  scheduler.run({Kind::closure, static_cast<Closure*>(&root)});
  struct Nothing : Closure {
    Nothing() : Closure{[](Worker& worker, Closure*) { worker.scheduler().finish(); }} {}
  };
  for (int turn = 0; turn < 200; ++turn) {  // more than it takes to have everybody's turn come
    Nothing nothing;
    scheduler.run({Kind::closure, static_cast<Closure*>(&nothing)});
  }
}

TEST(ChannelOfCapacity0, KeepsASenderUntilItsValueIsTaken) {
  BoundedChannel channel(0, 1);
  Task sending, receiving;
  on_a_worker([&](Worker& worker) {
    Waiter sender = sending.waiter(), receiver = receiving.waiter();
    sender.value = 7;
    EXPECT_TRUE(channel.send(sender, worker));
    channel.lock.unlock();
    EXPECT_FALSE(channel.receive(receiver, worker));
    EXPECT_TRUE(receiver.received);
    EXPECT_EQ(receiver.value, 7u);
  });
  EXPECT_EQ(sending.wakes, 1);
  EXPECT_EQ(receiving.wakes, 0);
}

TEST(ChannelOfCapacity0, LetsASenderGoOnThatFindsAReceiver) {
  BoundedChannel channel(0, 1);
  Task sending, receiving;
  on_a_worker([&](Worker& worker) {
    Waiter sender = sending.waiter(), receiver = receiving.waiter();
    EXPECT_TRUE(channel.receive(receiver, worker));
    channel.lock.unlock();
    sender.value = 8;
    EXPECT_FALSE(channel.send(sender, worker));
    EXPECT_EQ(receiver.value, 8u);
  });
  EXPECT_EQ(sending.wakes, 0);
  EXPECT_EQ(receiving.wakes, 1);
}

TEST(ChannelOfCapacity1, HoldsOneValueAndKeepsTheSecondSender) {
  BoundedChannel channel(1, 2);
  Task first, second, receiving;
  on_a_worker([&](Worker& worker) {
    Waiter one = first.waiter(), two = second.waiter(), receiver = receiving.waiter();
    one.value = 1;
    two.value = 2;
    EXPECT_FALSE(channel.send(one, worker));
    EXPECT_TRUE(channel.send(two, worker));
    channel.lock.unlock();
    for (const std::uint64_t value : {1, 2}) {
      EXPECT_FALSE(channel.receive(receiver, worker));
      EXPECT_EQ(receiver.value, value);
    }
    channel.leave(worker);
    channel.leave(worker);
    EXPECT_FALSE(channel.receive(receiver, worker));
    EXPECT_FALSE(receiver.received);
  });
  EXPECT_EQ(first.wakes, 0);
  EXPECT_EQ(second.wakes, 1);
}

}  // namespace
}  // namespace concbench::runtime
