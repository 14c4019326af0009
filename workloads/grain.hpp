// grain: independent tasks that compute for a given time. The shorter they are, the more of the
// time is spent on having tasks at all; the smallest that still leaves half of the time for work is
// the model's minimum effective task granularity.
// Source: METG as in Slaughter et al., "Task Bench", SC 2020.
#pragma once

#include <cmath>

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"
#include "workloads/work.hpp"

namespace concbench {

class Grain {
 public:
  static constexpr About about{"grain", Shape::fan_out,
                               "independent tasks that compute for a given time"};

  std::int64_t task_count = 1'000;
  std::int64_t body_ns = 1'000;

  static constexpr Param<Grain> params[] = {
      {"tasks", &Grain::task_count, "tasks", 1, 1'000'000'000, 1'000, 1'000, 1'000},
      {"ns", &Grain::body_ns, "nanoseconds of work in each, on one core alone", 0, 1'000'000, 1'000,
       1'000, 1'000},
  };

  void prepare() {
    const double steps = static_cast<double>(body_ns) / ns_per_work_step();
    steps_ = static_cast<std::uint64_t>(std::llround(steps));
  }

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(task_count); }
  using Ticket = std::uint64_t;  // its number
  static Ticket ticket(std::uint64_t i) { return i; }
  // The number of the task: how many steps it takes depends on the machine and must not show.
  std::uint64_t body(std::uint64_t i) const {
    work_steps(steps_);
    return i;
  }

  std::uint64_t expected() const { return tasks() * (tasks() - 1) / 2; }
  Demand demand() const { return {.ops = tasks(), .alive = tasks()}; }

 private:
  std::uint64_t steps_ = 0;
};

}  // namespace concbench
