// Which tasks of a graph may begin: how many predecessors each of them still waits for. For models
// in which a task that has ended sees to those after it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "models/model.hpp"

namespace concbench {

// `Counters` is a container of atomics, made from their number: os::Shared for processes.
template <Graph K, class Counters = std::vector<std::atomic<std::uint32_t>>>
class Predecessors {
 public:
  explicit Predecessors(const K& kernel)
      : kernel_(kernel), waits_for_(std::size_t{kernel.tasks()} + 1) {
    for (GraphTask task = 0; task < kernel.tasks(); ++task) {
      const std::size_t predecessors = kernel.predecessors(task).size();
      waits_for_[task].store(static_cast<std::uint32_t>(predecessors), std::memory_order_relaxed);
      if (predecessors == 0) first_.push_back(task);
      if (kernel.successors(task).empty()) last().fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Calls `begin(task)` for each that waits for no other.
  template <class Begin>
  void begin_first(const Begin& begin) const {
    for (const GraphTask task : first_) begin(task);
  }

  // By a task at its end: calls `begin(successor)` for each that has waited for no other any more.
  // True for the last task of all; if false, the graph may be gone.
  template <class Begin>
  bool end(GraphTask task, const Begin& begin) {
    const auto successors = kernel_.successors(task);
    for (const GraphTask successor : successors) {
      if (is_last_of(waits_for_[successor])) begin(successor);
    }
    return successors.empty() && is_last_of(last());
  }

 private:
  // Of several that come at the same time exactly one is the last. One that sees that it is alone
  // need not count.
  static bool is_last_of(std::atomic<std::uint32_t>& count) {
    return count.load(std::memory_order_acquire) == 1 ||
           count.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  // Tasks without successors: all have ended once these have.
  std::atomic<std::uint32_t>& last() { return waits_for_[kernel_.tasks()]; }

  const K kernel_;
  Counters waits_for_;
  std::vector<GraphTask> first_;
};

// A graph for libraries that have none of their own, and to which a task is whatever `begin(task)`
// makes of it: each task does `perform`.
template <Graph K>
class CountedGraph {
 public:
  explicit CountedGraph(const K& kernel) : kernel_(kernel), ops_(kernel.tasks()) {}

  // Within the timed interval: counts, and begins what waits for no other.
  template <class Begin>
  void begin(const Begin& begin) {
    predecessors_.emplace(kernel_);
    predecessors_->begin_first(begin);
  }

  // Does a task, and begins those that it was the last to hold up. True for the last task of all;
  // if false, the graph may be gone.
  template <class Begin>
  bool perform(GraphTask task, const Begin& begin) {
    kernel_.perform(task);
    ++ops_[task];
    return predecessors_->end(task, begin);
  }

  Outcome outcome() const {
    return {kernel_.answer(), std::accumulate(ops_.begin(), ops_.end(), std::uint64_t{0})};
  }

 private:
  const K kernel_;
  std::vector<std::uint32_t> ops_;  // of each task
  std::optional<Predecessors<K>> predecessors_;
};

}  // namespace concbench
