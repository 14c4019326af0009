// chef: dishes are chopped, put on the fire, watched by nobody, and seasoned. One cook keeps many
// pots going, since pots boil by themselves (concurrency); more cooks chop at the same time
// (parallelism). All waits, one after another, over the time that the whole meal took is the
// overlap: about the number of dishes for a model that waits well, 1 for one that watches each pot.
#pragma once

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"
#include "workloads/work.hpp"

namespace concbench {

struct Chef {
  static constexpr About about{"chef", Shape::recipe, "dishes that are chopped, and boil alone"};

  std::int64_t dishes = 8;
  std::int64_t chop_us = 100;
  std::int64_t boil_us = 2'000;
  Probe* probe = nullptr;

  static constexpr Param<Chef> params[] = {
      {"dishes", &Chef::dishes, "dishes, a task each", 1, 1'000'000, 8, 8, 32},
      {"chop_us", &Chef::chop_us, "work before and after the boiling, in microseconds", 0,
       1'000'000, 100, 100, 500},
      {"boil_us", &Chef::boil_us, "waiting, in microseconds", 0, 10'000'000, 2'000, 5'000, 20'000},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(dishes); }
  static std::uint64_t steps(std::uint64_t) { return 3; }
  RecipeStep step(std::uint64_t, std::uint64_t s) const {
    if (s == 1) return {RecipeStep::Kind::wait, boil_us * 1'000};
    return {RecipeStep::Kind::compute, chop_us * 1'000};
  }
  static void prepare() { ns_per_work_step(); }
  static void work(RecipeStep step) { work_for(step.ns); }
  std::uint64_t did(std::uint64_t task, std::uint64_t s, std::int64_t since_ns,
                    std::int64_t now_ns) const {
    if (s != 1) return (task + 1) << s;
    const std::int64_t late_ns = now_ns - since_ns - boil_us * 1'000;
    if (probe) {
      probe->add(Measure::wait_ns, boil_us * 1'000);
      probe->latency.add(late_ns);
    }
    return late_ns < 0 ? 0 : (task + 1) << s;  // taken off the fire early: a wrong answer
  }

  std::uint64_t expected() const { return 7 * (tasks() * (tasks() + 1) / 2); }
  Demand demand() const { return {.ops = 3 * tasks(), .alive = tasks()}; }
};

}  // namespace concbench
