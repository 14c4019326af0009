// What a worker has to make runnable at a certain time: a heap of deadlines.
//
// A worker sets timers in its own heap and looks at it between tasks. Those that fall due while it
// computes are taken by others that have nothing to run: see Worker::search, and parking.hpp for
// who sleeps until the next.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <vector>

#include "models/runtime/lock.hpp"
#include "models/runtime/runnable.hpp"

namespace concbench::runtime {

// Deadlines are nanoseconds of Stopwatch::now.
class TimerHeap {
 public:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  // The first deadline, or never.
  std::int64_t earliest() const { return earliest_.load(std::memory_order_seq_cst); }

  // By the owner: so that the next `set` does not allocate, and cannot fail. For tasks that are
  // published by being set, and can no longer be told of a failure then.
  void make_room() {
    const std::lock_guard guard(lock_);
    if (heap_.size() == heap_.capacity()) heap_.reserve(std::max(least, 2 * heap_.size()));
  }

  // By the owner. Whether this deadline comes before all others.
  bool set(std::int64_t deadline_ns, Runnable task) {
    const std::lock_guard guard(lock_);
    heap_.push_back({deadline_ns, task});
    std::push_heap(heap_.begin(), heap_.end());
    return note_earliest() == deadline_ns;
  }

  // By anybody: takes the tasks that are due, as many as there is room for; how many those are.
  std::size_t take_due(std::int64_t now_ns, std::span<Runnable> due) {
    if (earliest() > now_ns) return 0;
    const std::lock_guard guard(lock_);
    std::size_t taken = 0;
    while (taken < due.size() && !heap_.empty() && heap_.front().deadline_ns <= now_ns) {
      due[taken++] = heap_.front().task;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    note_earliest();
    return taken;
  }

 private:
  static constexpr std::size_t least = 64;

  struct Timer {
    std::int64_t deadline_ns;
    Runnable task;
    // The heaps of the standard library have the largest in front.
    bool operator<(const Timer& other) const { return deadline_ns > other.deadline_ns; }
  };

  // Under the lock.
  std::int64_t note_earliest() {
    const std::int64_t earliest = heap_.empty() ? never : heap_.front().deadline_ns;
    if (earliest != earliest_.load(std::memory_order_relaxed)) earliest_.store(earliest);
    return earliest;
  }

  SpinLock lock_;
  std::vector<Timer> heap_;
  std::atomic<std::int64_t> earliest_{never};
};

}  // namespace concbench::runtime
