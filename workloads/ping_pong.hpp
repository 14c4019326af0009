// ping_pong: two tasks wake each other in turn. What is measured is the way from one waiting task
// to another: wake, switch, go to sleep.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct PingPong {
  static constexpr About about{"ping_pong", Shape::hand_off, "two tasks pass a token to and fro"};

  std::int64_t hop_count = 10'000;
  std::int64_t placed = 0;

  static constexpr Param<PingPong> params[] = {
      {"hops", &PingPong::hop_count, "how often the token is passed", 1, 1'000'000'000, 10'000,
       10'000, 100'000},
      {"place", &PingPong::placed, "where the two live: wherever, on one worker, on two", 0, 2, 0,
       0, 0, "any|same|cross"},
  };

  static std::uint64_t tasks() { return 2; }
  std::uint64_t hops() const { return static_cast<std::uint64_t>(hop_count); }
  Place place() const { return static_cast<Place>(placed); }
  // The first task adds 1 and the second 2, so that a hop made by the wrong one shows.
  static std::uint64_t pass(std::uint64_t token, std::uint64_t task) { return token + task + 1; }

  std::uint64_t expected() const { return hops() / 2 * 3 + hops() % 2; }
  Demand demand() const { return {.ops = hops(), .alive = tasks()}; }
};

}  // namespace concbench
