// A lock that tasks wait for without holding their worker.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/runtime/waiting.hpp"

namespace concbench::runtime {

class TaskMutex {
 public:
  SpinLock lock;  // of those who wait

  // Takes the mutex, or waits; who has waited asks again, for whoever came in between may have it.
  bool enter(Waiter& self) {
    for (unsigned attempt = 0; attempt < attempts; ++attempt) {
      if (take()) return false;
      pause();
    }
    lock.lock();
    if (!(state_.fetch_or(taken | awaited, std::memory_order_acquire) & taken)) {
      lock.unlock();
      return false;
    }
    waiting_.push(self);
    return true;
  }

  void leave(Worker& worker) {
    std::uint32_t alone = taken;
    if (state_.compare_exchange_strong(alone, free, std::memory_order_release)) return;
    lock.lock();
    Waiter* const next = waiting_.pop();
    state_.store(waiting_.empty() ? free : awaited, std::memory_order_release);
    lock.unlock();
    if (next) next->wake(worker);
  }

 private:
  static constexpr std::uint32_t free = 0, taken = 1, awaited = 2;  // flags
  static constexpr unsigned attempts = 100;

  bool take() {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    return !(state & taken) &&
           state_.compare_exchange_strong(state, state | taken, std::memory_order_acquire);
  }

  alignas(64) std::atomic<std::uint32_t> state_{free};
  Waiters waiting_;
};

}  // namespace concbench::runtime
