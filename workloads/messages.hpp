// What spsc, mpsc and mpmc have in common: numbers sent through one bounded channel and summed by
// those who receive them. They differ in how many send and receive.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

template <std::int64_t usual_senders, std::int64_t usual_receivers>
struct Messages {
  std::int64_t senders = usual_senders;
  std::int64_t receivers = usual_receivers;
  std::int64_t slots = 64;
  std::int64_t message_count = 10'000;

  std::uint64_t producers() const { return static_cast<std::uint64_t>(senders); }
  std::uint64_t consumers() const { return static_cast<std::uint64_t>(receivers); }
  std::uint64_t capacity() const { return static_cast<std::uint64_t>(slots); }
  std::uint64_t messages() const { return static_cast<std::uint64_t>(message_count); }
  static std::uint64_t item(std::uint64_t i) { return i + 1; }
  static std::uint64_t take(std::uint64_t item) { return item; }

  std::uint64_t expected() const { return messages() * (messages() + 1) / 2; }
  Demand demand() const {
    return {.ops = messages(), .alive = producers() + consumers(), .capacity = capacity()};
  }

  // The parameters of a kernel `K` that is derived from this.
  template <class K>
  static constexpr Param<K> producers_param{
      "producers", &Messages::senders, "tasks that send", 1, 1'000'000, 2, 2, 2};
  template <class K>
  static constexpr Param<K> consumers_param{
      "consumers", &Messages::receivers, "tasks that receive", 1, 1'000'000, 2, 2, 2};
  template <class K>
  static constexpr Param<K> capacity_param{"capacity",
                                           &Messages::slots,
                                           "messages that the channel holds; 0: a rendezvous",
                                           0,
                                           1'000'000,
                                           64,
                                           64,
                                           64};
  template <class K>
  static constexpr Param<K> messages_param{"messages",
                                           &Messages::message_count,
                                           "messages sent in all",
                                           1,
                                           1'000'000'000,
                                           10'000,
                                           10'000,
                                           100'000};
};

}  // namespace concbench
