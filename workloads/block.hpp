// block: some tasks make a blocking system call again and again (a sleep in the kernel), beside
// others that compute. A model whose tasks share threads lets the others wait: the latency is by
// how much a computation takes longer than its work, from the moment it could have begun.
#pragma once

#include <chrono>
#include <thread>

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"
#include "workloads/work.hpp"

namespace concbench {

struct Block {
  static constexpr About about{"block", Shape::recipe, "blocking system calls beside computations"};

  std::int64_t blockers = 4;
  std::int64_t computers = 4;
  std::int64_t rounds = 4;
  std::int64_t call_us = 1'000;
  std::int64_t compute_us = 50;
  Probe* probe = nullptr;

  static constexpr Param<Block> params[] = {
      {"blockers", &Block::blockers, "tasks that block", 0, 100'000, 4, 4, 16},
      {"computers", &Block::computers, "tasks that compute", 1, 100'000, 4, 4, 16},
      {"rounds", &Block::rounds, "calls or computations of each", 1, 1'000'000, 4, 10, 20},
      {"call_us", &Block::call_us, "a system call, in microseconds", 0, 1'000'000, 1'000, 1'000,
       1'000},
      {"compute_us", &Block::compute_us, "a computation, in microseconds", 0, 1'000'000, 50, 50,
       50},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(blockers + computers); }
  std::uint64_t steps(std::uint64_t) const { return static_cast<std::uint64_t>(rounds); }
  // Blockers come first: who makes tasks in order begins with them.
  bool blocks(std::uint64_t task) const { return task < static_cast<std::uint64_t>(blockers); }
  RecipeStep step(std::uint64_t task, std::uint64_t) const {
    if (blocks(task)) return {RecipeStep::Kind::block, call_us * 1'000};
    return {RecipeStep::Kind::compute, compute_us * 1'000};
  }
  static void prepare() { ns_per_work_step(); }
  static void work(RecipeStep step) {
    if (step.kind == RecipeStep::Kind::compute) return work_for(step.ns);
    std::this_thread::sleep_for(std::chrono::nanoseconds(step.ns));
  }
  std::uint64_t did(std::uint64_t task, std::uint64_t, std::int64_t since_ns,
                    std::int64_t now_ns) const {
    if (probe && !blocks(task)) probe->latency.add(now_ns - since_ns - compute_us * 1'000);
    return task + 1;
  }

  std::uint64_t expected() const {
    return static_cast<std::uint64_t>(rounds) * (tasks() * (tasks() + 1) / 2);
  }
  Demand demand() const {
    return {.ops = static_cast<std::uint64_t>(rounds) * tasks(), .alive = tasks()};
  }
};

}  // namespace concbench
