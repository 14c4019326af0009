// ring: many tasks pass one token round. Only one task can run at a time, and each has been asleep
// for a whole round when its turn comes: what is measured is a wake-up with cold caches.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Ring {
  static constexpr About about{"ring", Shape::hand_off, "many tasks pass one token round a ring"};

  std::int64_t task_count = 1'000;
  std::int64_t hop_count = 10'000;

  static constexpr Param<Ring> params[] = {
      {"tasks", &Ring::task_count, "tasks in the ring", 2, 10'000'000, 1'000, 1'000, 1'000},
      {"hops", &Ring::hop_count, "how often the token is passed", 1, 1'000'000'000, 10'000, 10'000,
       100'000},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(task_count); }
  std::uint64_t hops() const { return static_cast<std::uint64_t>(hop_count); }
  static Place place() { return Place::any; }
  // Each task adds its place in the ring, so that a hop made by the wrong one shows.
  static std::uint64_t pass(std::uint64_t token, std::uint64_t task) { return token + task + 1; }

  std::uint64_t expected() const {
    const std::uint64_t rounds = hops() / tasks(), rest = hops() % tasks();
    return rounds * (tasks() * (tasks() + 1) / 2) + rest * (rest + 1) / 2;
  }
  Demand demand() const { return {.ops = hops(), .alive = tasks()}; }
};

}  // namespace concbench
