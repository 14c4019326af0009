// Which tasks of a graph may begin: how many predecessors each of them still waits for. For models
// in which a task that has ended sees to those after it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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

}  // namespace concbench
