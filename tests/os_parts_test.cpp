// What threads and processes are made of: turns, channels, gates, sightings.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/model.hpp"
#include "models/os/channel.hpp"
#include "models/os/gate.hpp"
#include "models/os/participants.hpp"
#include "models/os/pipe.hpp"
#include "models/os/rendezvous.hpp"
#include "models/os/shortage.hpp"
#include "models/os/turn.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

// A hand-off whose answer depends on the order of the hops.
struct Ordered {
  static constexpr About about{"ordered", Shape::hand_off, ""};
  static std::uint64_t tasks() { return 3; }
  static std::uint64_t hops() { return 31; }
  static Place place() { return Place::any; }
  static std::uint64_t pass(std::uint64_t token, std::uint64_t task) {
    return token * 31 + task + 1;
  }
  static std::uint64_t expected() {
    std::uint64_t token = 0;
    for (std::uint64_t hop = 0; hop < hops(); ++hop) token = pass(token, hop % tasks());
    return token;
  }
  static Demand demand() { return {hops(), tasks()}; }
};

template <class Turn>
class TurnTest : public testing::Test {};
using Turns = testing::Types<os::FutexTurn<os::Scope::threads>, os::FutexTurn<os::Scope::processes>,
                             os::CondvarTurn, os::PipeTurn>;
TYPED_TEST_SUITE(TurnTest, Turns);

TYPED_TEST(TurnTest, HopsAreMadeInOrder) {
  const Ordered kernel;
  std::vector<TypeParam> turns(kernel.tasks());
  std::vector<Outcome> outcomes(kernel.tasks());
  turns[0].give(0);
  {
    std::vector<std::jthread> tasks;
    for (std::uint64_t i = 0; i < kernel.tasks(); ++i) {
      tasks.emplace_back([&, i] { outcomes[i] = os::pass_tokens(kernel, turns, i); });
    }
  }
  EXPECT_EQ(os::sum(outcomes).answer, kernel.expected());
  for (std::uint64_t i = 0; i < kernel.tasks(); ++i) {
    EXPECT_EQ(outcomes[i].ops, hops_of(kernel.hops(), kernel.tasks(), i));
  }
}

struct BufferedFutexChannel {
  BufferedFutexChannel(std::uint64_t capacity, std::uint64_t producers, std::uint64_t)
      : slots(capacity), channel(slots, producers) {}
  std::vector<std::uint64_t> slots;
  os::FutexChannel<os::Scope::threads> channel;
};
struct BufferedCondvarChannel {
  BufferedCondvarChannel(std::uint64_t capacity, std::uint64_t producers, std::uint64_t)
      : slots(capacity), channel(slots, producers) {}
  std::vector<std::uint64_t> slots;
  os::CondvarChannel channel;
};
struct PipedChannel {
  PipedChannel(std::uint64_t capacity, std::uint64_t producers, std::uint64_t consumers)
      : channel(capacity, producers, consumers) {}
  os::PipeChannel channel;
};

template <class R>
class RendezvousTest : public testing::Test {};
using Rendezvous = testing::Types<os::FutexRendezvous<os::Scope::threads>, os::CondvarRendezvous>;
TYPED_TEST_SUITE(RendezvousTest, Rendezvous);

TYPED_TEST(RendezvousTest, ASendReturnsOnceItsValueWasTaken) {
  TypeParam channel(1);
  std::atomic<std::uint64_t> sent{0};
  std::jthread producer([&] {
    for (std::uint64_t i = 0; i < 10; ++i, ++sent) channel.send(i);
    channel.producer_ended();
  });
  for (std::uint64_t next = 0; next < 10; ++next) {
    usleep(5'000);  // a send that does not wait would be over by now
    EXPECT_EQ(sent, next);
    std::uint64_t item = 99;
    EXPECT_TRUE(channel.receive(item));
    EXPECT_EQ(item, next);
    while (sent == next) std::this_thread::yield();
  }
  std::uint64_t item;
  EXPECT_FALSE(channel.receive(item));
}

// A lost wake-up shows as a test that does not end.
TYPED_TEST(RendezvousTest, DeliversEveryMessageOnceUnderContention) {
  for (const auto& [senders, receivers] : {std::pair(1, 1), {3, 3}, {5, 1}, {1, 5}}) {
    const Mpmc kernel{
        {.senders = senders, .receivers = receivers, .slots = 0, .message_count = 3000}};
    TypeParam channel(kernel.producers());
    std::vector<Outcome> outcomes(kernel.producers() + kernel.consumers());
    {
      std::vector<std::jthread> all;
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        all.emplace_back([&, i] { outcomes[i] = os::produce_or_consume(kernel, channel, i); });
      }
    }
    EXPECT_EQ(os::sum(outcomes).answer, kernel.expected());
    EXPECT_EQ(os::sum(outcomes).ops, 3000u);
  }
}

template <class C>
class ChannelTest : public testing::Test {};
using Channels = testing::Types<BufferedFutexChannel, BufferedCondvarChannel, PipedChannel>;
TYPED_TEST_SUITE(ChannelTest, Channels);

TYPED_TEST(ChannelTest, KeepsTheOrderOfAProducer) {
  TypeParam made(4, 1, 1);
  std::jthread producer([&] {
    for (std::uint64_t i = 0; i < 1000; ++i) made.channel.send(i);
    made.channel.producer_ended();
  });
  std::uint64_t item, next = 0;
  while (made.channel.receive(item)) EXPECT_EQ(item, next++);
  EXPECT_EQ(next, 1000u);
}

TYPED_TEST(ChannelTest, HoldsAsManyMessagesAsItsCapacity) {
  for (const std::uint64_t capacity : {1, 2, 64}) {
    TypeParam made(capacity, 1, 1);
    std::atomic<std::uint64_t> sent{0};
    std::jthread producer([&] {
      for (std::uint64_t i = 0; i < capacity + 10; ++i, ++sent) made.channel.send(i);
      made.channel.producer_ended();
    });
    while (sent < capacity) std::this_thread::yield();
    usleep(20'000);  // a channel that holds more would take more by now
    EXPECT_EQ(sent, capacity);
    for (std::uint64_t item; made.channel.receive(item);) {
    }
    EXPECT_EQ(sent, capacity + 10);
  }
}

TYPED_TEST(ChannelTest, WakesAllWhoWaitWhenItIsClosed) {
  TypeParam made(1, 1, 4);
  std::vector<std::jthread> consumers;
  std::atomic<std::uint64_t> received{0};
  for (int i = 0; i < 4; ++i) {
    consumers.emplace_back([&] {
      for (std::uint64_t item; made.channel.receive(item);) ++received;
    });
  }
  usleep(5'000);  // so that they sleep, as a rule
  made.channel.send(1);
  made.channel.producer_ended();
  consumers.clear();
  EXPECT_EQ(received, 1u);
}

// A lost wake-up shows as a test that does not end.
TYPED_TEST(ChannelTest, DeliversEveryMessageOnceUnderContention) {
  for (int round = 0; round < 20; ++round) {
    constexpr std::uint64_t messages = 2000;
    const Mpmc kernel{
        {.senders = 3, .receivers = 3, .slots = 1 << (round % 3), .message_count = messages}};
    TypeParam made(kernel.capacity(), kernel.producers(), kernel.consumers());
    std::vector<Outcome> outcomes(6);
    {
      std::vector<std::jthread> all;
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        all.emplace_back([&, i] { outcomes[i] = os::produce_or_consume(kernel, made.channel, i); });
      }
    }
    EXPECT_EQ(os::sum(outcomes).answer, kernel.expected());
    EXPECT_EQ(os::sum(outcomes).ops, messages);
  }
}

TEST(Gate, OpensForAllOnceAllAreParked) {
  os::Gate<os::Scope::threads> gate(3);
  std::atomic<int> inside{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      EXPECT_TRUE(gate.park());
      ++inside;
      gate.leave();
    });
  }
  constexpr timespec patience{.tv_sec = 0, .tv_nsec = 10'000'000};
  EXPECT_FALSE(gate.all_parked(&patience));
  threads.emplace_back([&] {
    EXPECT_TRUE(gate.park());
    gate.leave();
  });
  gate.all_parked();
  EXPECT_EQ(inside, 0);
  const std::int64_t opened = Stopwatch::now();
  gate.open(Stopwatch::now());
  threads.clear();
  EXPECT_EQ(inside, 2);
  EXPECT_GE(gate.ended_at(), opened);
  EXPECT_LE(gate.ended_at(), Stopwatch::now());
}

TEST(Gate, SendsEverybodyAwayWhenCancelled) {
  os::Gate<os::Scope::threads> gate(3);
  std::jthread one([&] { EXPECT_FALSE(gate.park()); });
  std::jthread two([&] { EXPECT_FALSE(gate.park()); });
  gate.cancel();
}

TEST(Sightings, CountATaskThatEndsOnAnotherCpuAsAMigration) {
  const std::vector<int> cpus = os::allowed_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two CPUs to move between";
  os::Sightings sightings;
  const auto move = [](int cpu) { os::restrict_to({&cpu, 1}); };
  {
    const os::Restricted restored(cpus);
    move(cpus[0]);
    { const os::Sighting stays(sightings); }
    EXPECT_EQ(sightings.report().migrations, 0u);
    {
      const os::Sighting moves(sightings);
      move(cpus[1]);
    }
    EXPECT_EQ(sightings.report().migrations, 1u);
    EXPECT_EQ(sightings.report().cpu, cpus[1]);
  }
  EXPECT_EQ(sightings.report().observed, (std::vector<int>{cpus[0], cpus[1]}));
}

TEST(Shortage, GroupsDigitsByThousands) {
  EXPECT_EQ(os::grouped(0), "0");
  EXPECT_EQ(os::grouped(999), "999");
  EXPECT_EQ(os::grouped(1'000), "1,000");
  EXPECT_EQ(os::grouped(1'111'111), "1,111,111");
}

}  // namespace
}  // namespace concbench
