// spawn: independent tasks with an empty body, then a join of all. What is measured is the price of
// a task: making it, starting it, ending it.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Spawn {
  static constexpr About about{"spawn", Shape::fan_out, "independent tasks with an empty body"};

  std::int64_t n = 1'000;

  static constexpr Param<Spawn> params[] = {
      {"n", &Spawn::n, "tasks", 1, 1'000'000'000, 1'000, 1'000, {1'000, 100'000}},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(n); }
  using Ticket = std::uint64_t;  // its number
  static Ticket ticket(std::uint64_t i) { return i; }
  // Its own number: enough to prove that each task ran exactly once.
  static std::uint64_t body(std::uint64_t i) { return i; }

  std::uint64_t expected() const { return tasks() * (tasks() - 1) / 2; }
  Demand demand() const { return {.ops = tasks(), .alive = tasks()}; }
};

}  // namespace concbench
