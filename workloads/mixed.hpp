// mixed: greedy tasks that compute for long stretches and only yield between them, beside polite
// ones that wake every millisecond, do a little, and sleep. What is measured is how late the polite
// ones wake: a model that takes no processor away from a task lets them wait for the end of a
// stretch, or of several.
//
// The polite ones wake by a timetable that begins with the gate's opening, not so long after they
// went to sleep: who was late for one wake has the next all the sooner, so that a long stretch
// counts against every wake that fell into it.
#pragma once

#include <algorithm>

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"
#include "workloads/work.hpp"

namespace concbench {

struct Mixed {
  static constexpr About about{"mixed", Shape::recipe, "long computations beside short sleeps"};

  std::int64_t greedy = 4;
  std::int64_t polite = 8;
  std::int64_t quantum_us = 2'000;
  std::int64_t work_us = 20'000;
  std::int64_t wakes = 20;
  Probe* probe = nullptr;

  static constexpr Param<Mixed> params[] = {
      {"greedy", &Mixed::greedy, "tasks that compute", 0, 100'000, 4, 4, 16},
      {"polite", &Mixed::polite, "tasks that wake every millisecond", 1, 100'000, 8, 8, 16},
      {"quantum_us", &Mixed::quantum_us,
       "what a greedy task computes without yielding, in microseconds", 1, 10'000'000, 2'000, 2'000,
       10'000},
      {"work_us", &Mixed::work_us, "what each greedy task computes in all, in microseconds", 1,
       10'000'000, 20'000, 50'000, 100'000},
      {"wakes", &Mixed::wakes, "of each polite task", 1, 1'000'000, 20, 50, 100},
  };

  static constexpr std::int64_t period_ns = 1'000'000, little_ns = 10'000;

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(greedy + polite); }
  // Greedy tasks come first: who makes tasks in order begins with them.
  bool is_greedy(std::uint64_t task) const { return task < static_cast<std::uint64_t>(greedy); }
  std::uint64_t steps(std::uint64_t task) const {
    return is_greedy(task) ? greedy_steps() : polite_steps();
  }
  RecipeStep step(std::uint64_t task, std::uint64_t s) const {
    const bool is_first = s % 2 == 0;
    if (is_greedy(task)) {
      if (!is_first) return {RecipeStep::Kind::yield, 0};
      return {RecipeStep::Kind::compute, stretch_us(s / 2) * 1'000};
    }
    if (is_first) return {RecipeStep::Kind::until, due_ns(task, s / 2)};
    return {RecipeStep::Kind::compute, little_ns};
  }
  static void prepare() { ns_per_work_step(); }
  static void work(RecipeStep step) { work_for(step.ns); }
  std::uint64_t did(std::uint64_t task, std::uint64_t s, std::int64_t since_ns,
                    std::int64_t now_ns) const {
    const RecipeStep ended = step(task, s);
    if (ended.kind == RecipeStep::Kind::until) {
      const std::int64_t late_ns = now_ns - since_ns - ended.ns;
      if (probe) probe->latency.add(late_ns);
      if (late_ns < 0) return 0;  // woke early: a wrong answer
    } else if (probe && is_greedy(task)) {
      probe->add(Measure::greedy_ns, ended.ns);
    }
    return (task + 1) * (s + 1);
  }

  std::uint64_t expected() const {
    const std::uint64_t greedy_numbers = sum_to(static_cast<std::uint64_t>(greedy));
    return greedy_numbers * sum_to(greedy_steps()) +
           (sum_to(tasks()) - greedy_numbers) * sum_to(polite_steps());
  }
  Demand demand() const {
    return {.ops = static_cast<std::uint64_t>(greedy) * greedy_steps() +
                   static_cast<std::uint64_t>(polite) * polite_steps(),
            .alive = tasks()};
  }

 private:
  // A stretch, and a yield before the next.
  std::uint64_t greedy_steps() const {
    return 2 * static_cast<std::uint64_t>((work_us + quantum_us - 1) / quantum_us) - 1;
  }
  // A wait, and a little work.
  std::uint64_t polite_steps() const { return 2 * static_cast<std::uint64_t>(wakes); }
  // The last takes what is left.
  std::int64_t stretch_us(std::uint64_t stretch) const {
    return std::min(quantum_us, work_us - static_cast<std::int64_t>(stretch) * quantum_us);
  }
  // Once in each period, the tasks evenly spaced: none is in another's way.
  std::int64_t due_ns(std::uint64_t task, std::uint64_t wake) const {
    const auto number = static_cast<std::int64_t>(task) - greedy + 1;
    return static_cast<std::int64_t>(wake) * period_ns + period_ns * number / polite;
  }
  static std::uint64_t sum_to(std::uint64_t n) { return n * (n + 1) / 2; }
};

}  // namespace concbench
