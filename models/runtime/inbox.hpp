// What came to a worker from outside, in order.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "models/runtime/lock.hpp"
#include "models/runtime/ring.hpp"
#include "models/runtime/runnable.hpp"

namespace concbench::runtime {

template <class Atomics>
class BasicInbox {
 public:
  // From any thread. Then unpark the worker: see parking.hpp.
  void put(Runnable runnable) {
    const std::lock_guard guard(lock_);
    items_.push_back(runnable);
    count_.store(items_.size(), std::memory_order_seq_cst);
  }

  // By the worker.
  bool empty() const { return count_.load(std::memory_order_seq_cst) == 0; }
  void move_to(Ring& ring) {
    if (count_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard guard(lock_);
    for (const Runnable runnable : items_) ring.push(runnable);
    items_.clear();
    count_.store(0, std::memory_order_seq_cst);
  }

 private:
  BasicSpinLock<Atomics> lock_;
  std::vector<Runnable> items_;
  typename Atomics::template Atomic<std::size_t> count_{0};
};

using Inbox = BasicInbox<StdAtomics>;

}  // namespace concbench::runtime
