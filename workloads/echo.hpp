// echo: clients send requests over loopback sockets, and a task per connection sends each back. A
// part of the requests may be slow: they are computed upon first, and whoever waits behind one on
// the same thread waits for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"
#include "workloads/work.hpp"

namespace concbench {

struct Echo {
  static constexpr About about{"echo", Shape::serve, "a TCP server that sends back what it gets"};

  std::int64_t connections = 8;
  std::int64_t requests = 500;
  std::int64_t rate = 10'000;
  std::int64_t bytes = 64;
  std::int64_t slow_permille = 0;
  std::int64_t slow_us = 1'000;
  Probe* probe = nullptr;

  static constexpr Param<Echo> params[] = {
      {"connections", &Echo::connections, "connections, a task each", 1, 1'000'000, 8, 100, 1'000},
      {"requests", &Echo::requests, "requests over all connections", 1, 1'000'000'000, 500, 2'000,
       20'000},
      {"rate", &Echo::rate,
       "requests a second, sent when they are due (open loop); 0: each after the answer to the one "
       "before (closed loop)",
       0, 10'000'000, 10'000, 10'000, 20'000},
      {"bytes", &Echo::bytes, "the size of a request", 8, 65'536, 64, 64, 64},
      {"slow_permille", &Echo::slow_permille, "slow requests among 1,000", 0, 1'000, 0, 0, 0},
      {"slow_us", &Echo::slow_us, "what a slow one computes, in microseconds", 0, 1'000'000, 1'000,
       1'000, 1'000},
  };

  Load load() const {
    return {static_cast<std::uint64_t>(connections), static_cast<std::uint64_t>(requests),
            static_cast<std::uint64_t>(rate), static_cast<std::size_t>(bytes)};
  }

  // A request: its number, lowest byte first, and bytes that follow from the number.
  static std::byte byte_of(std::uint64_t number, std::size_t i) {
    return static_cast<std::byte>(i < sizeof number ? number >> (8 * i) : number + i);
  }
  static void write(std::uint64_t number, std::span<std::byte> request) {
    for (std::size_t i = 0; i < request.size(); ++i) request[i] = byte_of(number, i);
  }

  // Spread over the numbers, so that slow ones do not all come to the same connection.
  bool is_slow(std::uint64_t number) const {
    constexpr std::uint64_t golden = 11400714819323198485u;  // 2^64 / golden ratio (Knuth, 6.4)
    return ((number * golden) >> 32) * 1'000 >> 32 < static_cast<std::uint64_t>(slow_permille);
  }
  void prepare() const {
    if (slow_permille > 0) ns_per_work_step();
  }
  // The reply is the request as it is.
  std::uint64_t reply(std::span<std::byte> request) const {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) {
      number |= std::to_integer<std::uint64_t>(request[i]) << (8 * i);
    }
    for (std::size_t i = sizeof number; i < request.size(); ++i) {
      if (request[i] != byte_of(number, i)) return 0;  // garbled: a wrong answer
    }
    if (is_slow(number)) work_for(slow_us * 1'000);
    return number + 1;
  }

  std::uint64_t expected() const {
    const auto n = static_cast<std::uint64_t>(requests);
    return n * (n + 1) / 2;
  }
  Demand demand() const {
    return {.ops = static_cast<std::uint64_t>(requests),
            .alive = static_cast<std::uint64_t>(connections)};
  }
};

}  // namespace concbench
