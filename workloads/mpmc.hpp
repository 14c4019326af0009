// mpmc: producers send numbers through one bounded channel to consumers, which sum them. Both sides
// block on a full or empty channel: what is measured is a message under contention.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Mpmc {
  static constexpr About about{"mpmc", Shape::channel,
                               "producers and consumers share one bounded channel"};

  std::int64_t senders = 2;
  std::int64_t receivers = 2;
  std::int64_t slots = 64;
  std::int64_t message_count = 10'000;

  static constexpr Param<Mpmc> params[] = {
      {"producers", &Mpmc::senders, "tasks that send", 1, 1'000'000, 2, 2, 2},
      {"consumers", &Mpmc::receivers, "tasks that receive", 1, 1'000'000, 2, 2, 2},
      {"capacity", &Mpmc::slots, "messages that the channel holds", 1, 1'000'000, 64, 64, 64},
      {"messages", &Mpmc::message_count, "messages sent in all", 1, 1'000'000'000, 10'000, 10'000,
       100'000},
  };

  std::uint64_t producers() const { return static_cast<std::uint64_t>(senders); }
  std::uint64_t consumers() const { return static_cast<std::uint64_t>(receivers); }
  std::uint64_t capacity() const { return static_cast<std::uint64_t>(slots); }
  std::uint64_t messages() const { return static_cast<std::uint64_t>(message_count); }
  static std::uint64_t item(std::uint64_t i) { return i + 1; }
  static std::uint64_t take(std::uint64_t item) { return item; }

  std::uint64_t expected() const { return messages() * (messages() + 1) / 2; }
  Demand demand() const { return {.ops = messages(), .alive = producers() + consumers()}; }
};

}  // namespace concbench
