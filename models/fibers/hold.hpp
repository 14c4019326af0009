// Fibers that are all alive at once.
#pragma once

#include "models/fibers/wait.hpp"
#include "models/runtime/meeting.hpp"

namespace concbench::fibers {

// Uses its stack, counts itself at the gate, and ends once that opens.
template <class K>
struct Holder : UnstartedFiber {
  Holder(Meeting& meeting, Runnable parent, K kernel, std::uint64_t number)
      : UnstartedFiber{run_one}, meeting(meeting), parent(parent), kernel(kernel), number(number) {}

  static Worker& run_one(Worker& first, UnstartedFiber* unstarted) {
    auto* const holder = static_cast<Holder*>(unstarted);
    Meeting& meeting = holder->meeting;
    const Runnable parent = holder->parent;
    const K kernel = holder->kernel;
    const std::uint64_t number = holder->number;
    first.blocks.give(holder, sizeof(Holder));
    Worker* worker = &first;
    try {
      const std::uint64_t begun = kernel.begin(number);
      Waiter self(current(worker), nullptr);
      meeting.gate.enter(self, *worker);
      wait(worker, meeting.gate.lock);
      worker->tally.answer += begun;
      ++worker->tally.ops;
    } catch (...) {
      meeting.join.failure.keep(std::current_exception());
      meeting.gate.stay_away(*worker);
    }
    if (meeting.leave()) worker->wake(parent);
    return *worker;
  }

  Meeting& meeting;
  const Runnable parent;
  const K kernel;
  const std::uint64_t number;
};

// By the parent. Each runs to the gate soon after it was made, while its stack is in the cache.
template <class K>
void hold_all(Worker*& worker, K kernel, Stopwatch& clock) {
  const std::uint64_t tasks = kernel.tasks();
  Meeting meeting(tasks, clock);
  const Runnable parent = current(worker);
  std::uint64_t made = 0;
  clock.start();
  try {
    for (; made < tasks; ++made) {
      while (worker->backlog() >= spawn_ahead) worker = &give_way(*worker, true);
      auto* const holder =
          new (worker->blocks.take(sizeof(Holder<K>))) Holder<K>(meeting, parent, kernel, made);
      Fiber* fiber;
      try {
        fiber = &begin_fiber(*worker, holder);
      } catch (...) {
        worker->blocks.give(holder, sizeof(Holder<K>));
        throw;
      }
      worker->push({Kind::fiber, fiber});
    }
  } catch (...) {
    meeting.join.failure.keep(std::current_exception());
  }
  meeting.cancel(tasks - made, *worker);
  Waiter keeper(parent, nullptr);
  if (meeting.gate.await_all(keeper)) wait(worker, meeting.gate.lock);
  clock.held(meeting.gate.present());
  meeting.gate.open(*worker);
  await(worker, meeting.join);
  meeting.join.failure.rethrow();
}

}  // namespace concbench::fibers
