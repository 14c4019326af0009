// A graph on the scheduler: the last predecessor of a task to end makes the task, on the worker
// where it ran itself and where what it has left is still in the cache.
#pragma once

#include <exception>
#include <new>

#include "models/predecessors.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

template <class K>
class RunningGraph {
 public:
  explicit RunningGraph(const K& kernel) : kernel_(kernel), predecessors_(kernel) {
    join.expect();  // the last task, wherever it ends
  }

  // By the parent: makes the tasks that wait for no other. `spawn(task)` is false where there is no
  // room for another task.
  template <class Spawn>
  void begin(Worker& worker, const Spawn& spawn) {
    predecessors_.begin_first([&](GraphTask task) {
      if (make(worker, task, spawn)) join.returned();
    });
  }

  // Does a task on this worker, and makes those that it was the last to hold up. If true, all have
  // ended, and the caller must arrive at the join; if false, the graph may be gone.
  template <class Spawn>
  bool run(Worker& worker, GraphTask task, const Spawn& spawn) {
    ++worker.tally.ops;
    try {
      kernel_.perform(task);
    } catch (...) {
      join.failure.keep(std::current_exception());
    }
    bool over = false;
    const auto make_one = [&](GraphTask ready) { over = make(worker, ready, spawn) || over; };
    return predecessors_.end(task, make_one) || over;
  }

  Join join;

 private:
  // A task that there is no room for is done at once, so that none waits for it for ever.
  template <class Spawn>
  bool make(Worker& worker, GraphTask task, const Spawn& spawn) {
    try {
      if (spawn(task)) return false;
    } catch (const std::bad_alloc&) {
    }
    return run(worker, task, spawn);
  }

  const K kernel_;
  Predecessors<K> predecessors_;
};

}  // namespace concbench::runtime
