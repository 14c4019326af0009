// yield: tasks that only give way to each other. What is measured is a switch between runnable
// tasks, with nobody to wake.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Yield {
  static constexpr About about{"yield", Shape::yield, "runnable tasks give way to each other"};

  std::int64_t task_count = 100;
  std::int64_t yield_count = 100;

  static constexpr Param<Yield> params[] = {
      {"tasks", &Yield::task_count, "tasks", 1, 10'000'000, 100, 100, 100},
      {"yields", &Yield::yield_count, "yields of each task", 1, 1'000'000'000, 100, 100, 1'000},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(task_count); }
  std::uint64_t yields() const { return static_cast<std::uint64_t>(yield_count); }
  // A number of its own for each task, so that one task's yields do not pass for another's.
  static std::uint64_t tick(std::uint64_t task) { return task + 1; }

  std::uint64_t expected() const { return yields() * (tasks() * (tasks() + 1) / 2); }
  Demand demand() const { return {.ops = tasks() * yields(), .alive = tasks()}; }
};

}  // namespace concbench
