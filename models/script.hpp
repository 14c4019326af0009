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
      : kernel_(&kernel),
        task_(task),
        steps_(kernel.steps(task)),
        opened_(opened_at),
        since_(opened_at) {}

  bool over() const { return outcome_.ops == steps_; }
  // Whether the next step is a wait, until `due_ns` by Stopwatch::now, or a yield; any other is
  // done by `work`.
  bool waits() const { return step().kind == RecipeStep::Kind::wait || is_dated(); }
  std::int64_t due_ns() const { return begins() + step().ns; }
  bool yields() const { return step().kind == RecipeStep::Kind::yield; }
  void work() const { kernel_->work(step()); }
  // The step has ended. Not inlined: g++ 12 (-O3) vectorizes these sums wrongly in the frame of a
  // coroutine that awaits one thing here and another there.
  [[gnu::noinline]] void did() {
    const std::int64_t now = Stopwatch::now();
    outcome_.answer += kernel_->did(task_, outcome_.ops, begins(), now);
    ++outcome_.ops;
    since_ = now;
  }
  // Of the steps that have ended.
  Outcome outcome() const { return outcome_; }

 private:
  RecipeStep step() const { return kernel_->step(task_, outcome_.ops); }
  bool is_dated() const { return step().kind == RecipeStep::Kind::until; }
  std::int64_t begins() const { return is_dated() ? opened_ : since_; }

  const K* kernel_;
  std::uint64_t task_, steps_;
  std::int64_t opened_, since_;
  Outcome outcome_{0, 0};
};

}  // namespace concbench
