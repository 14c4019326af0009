// A task's way through its recipe, the same in every model. A model learns until when a step waits,
// and not for how long: a wait begins where the step before ended, so that it costs a model, but
// spares none, what lies between that and the arming of its timer.
#pragma once

#include <cstdint>

#include "models/model.hpp"
#include "models/stopwatch.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

template <Recipe K>
class Script {
 public:
  Script(const K& kernel, std::uint64_t task, std::int64_t opened_at)
      : kernel_(&kernel), task_(task), steps_(kernel.steps(task)), since_(opened_at) {}

  bool over() const { return outcome_.ops == steps_; }
  // Whether the next step is a wait, until `due_ns` by Stopwatch::now; any other is done by `work`.
  bool waits() const { return step().kind == RecipeStep::Kind::wait; }
  std::int64_t due_ns() const { return since_ + step().ns; }
  void work() const { kernel_->work(step()); }
  // The step has ended.
  void did() {
    const std::int64_t now = Stopwatch::now();
    outcome_.answer += kernel_->did(task_, outcome_.ops, since_, now);
    ++outcome_.ops;
    since_ = now;
  }
  // Of the steps that have ended.
  Outcome outcome() const { return outcome_; }

 private:
  RecipeStep step() const { return kernel_->step(task_, outcome_.ops); }

  const K* kernel_;
  std::uint64_t task_, steps_;
  std::int64_t since_;
  Outcome outcome_{0, 0};
};

}  // namespace concbench
