// Kernels under observation: the same work, with the time noted at both ends of what a shape makes
// a task wait for.
//   fan_out    from the making of a task to its first instruction
//   hand_off   from one hop to the next: the waiting task's wake-up
//   channel    from the sending of a message to its receipt
#pragma once

#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

template <class K>
struct Observed;

template <FanOut K>
struct Observed<K> : K {
  struct Ticket {
    typename K::Ticket inner;
    std::int64_t made_ns;
  };

  Observed(const K& kernel, Probe& probe) : K(kernel), probe(&probe) {}

  Ticket ticket(std::uint64_t i) const { return {K::ticket(i), probe_now_ns()}; }
  std::uint64_t body(Ticket ticket) const {
    probe->latency.add(probe_now_ns() - ticket.made_ns);
    return K::body(ticket.inner);
  }

  Probe* probe;
};

template <HandOff K>
struct Observed<K> : K {
  Observed(const K& kernel, Probe& probe) : K(kernel), probe(&probe) {}

  std::uint64_t pass(std::uint64_t token, std::uint64_t task) const {
    const std::int64_t now = probe_now_ns();
    const std::int64_t before = probe->stamp_ns.load(std::memory_order_relaxed);
    // The first hop of a run follows on nothing.
    if (token != 0) probe->latency.add(now - before);
    probe->stamp_ns.store(now, std::memory_order_relaxed);
    return K::pass(token, task);
  }

  Probe* probe;
};

// The time of sending travels in the bits of a message that numbers below 2^30 leave free. Those
// hold 17 seconds, and then begin anew.
template <Channel K>
struct Observed<K> : K {
  Observed(const K& kernel, Probe& probe) : K(kernel), probe(&probe) {}

  std::uint64_t item(std::uint64_t i) const { return stamp() << item_bits | K::item(i); }
  std::uint64_t take(std::uint64_t item) const {
    constexpr std::uint64_t stamp_bits = 64 - item_bits;
    const std::uint64_t waited = (stamp() - (item >> item_bits)) << item_bits >> (64 - stamp_bits);
    probe->latency.add(static_cast<std::int64_t>(waited));
    return K::take(item & ((std::uint64_t{1} << item_bits) - 1));
  }

  Probe* probe;

 private:
  static constexpr unsigned item_bits = 30;
  static std::uint64_t stamp() { return static_cast<std::uint64_t>(probe_now_ns()); }
};

}  // namespace concbench
