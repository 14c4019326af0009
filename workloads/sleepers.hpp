// sleepers: tasks that sleep, with deadlines spread evenly over a span of time. What is measured is
// how late they wake.
#pragma once

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Sleepers {
  static constexpr About about{"sleepers", Shape::timers, "tasks that sleep until their deadlines"};

  std::int64_t n = 100;
  std::int64_t first_us = 1'000;
  std::int64_t span_us = 5'000;
  Probe* probe = nullptr;

  static constexpr Param<Sleepers> params[] = {
      {"n", &Sleepers::n, "sleepers", 1, 10'000'000, 100, 1'000, 10'000},
      {"first_us", &Sleepers::first_us, "the first deadline, in microseconds", 0, 60'000'000, 1'000,
       1'000, 1'000},
      {"span_us", &Sleepers::span_us, "from the first deadline to the last", 0, 60'000'000, 5'000,
       10'000, 100'000},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(n); }
  // Neighbours' deadlines are far apart, so that timers are not set in the order in which they end.
  std::int64_t delay_ns(std::uint64_t i) const {
    constexpr std::uint64_t golden = 11400714819323198485u;  // 2^64 / golden ratio (Knuth, 6.4)
    const double part = static_cast<double>((i * golden) >> 11) / 9007199254740992.0;  // 2^53
    return first_us * 1'000 + static_cast<std::int64_t>(static_cast<double>(span_us) * 1e3 * part);
  }
  std::uint64_t woke(std::uint64_t i, std::int64_t late_ns) const {
    if (probe) probe->latency.add(late_ns);
    // Who wakes early has not slept: a wrong answer.
    return late_ns < 0 ? 0 : i + 1;
  }

  std::uint64_t expected() const { return tasks() * (tasks() + 1) / 2; }
  Demand demand() const { return {.ops = tasks(), .alive = tasks()}; }
};

}  // namespace concbench
