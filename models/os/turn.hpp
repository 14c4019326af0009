// A turn: the slot in which a participant of a ring waits for the token. `give` puts the token in
// and wakes the owner; `take` sleeps until it is there. One token goes round, so a slot is never
// given a second token before the first was taken.
//
// None of them spins: who has to wait goes to sleep at once. What is measured is the wake-up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "models/os/futex.hpp"
#include "models/os/pipe.hpp"

namespace concbench::os {

// Neighbours' slots in one cache line would drag each other's line between CPUs.
constexpr std::size_t cache_line = 64;

// As lean as the kernel allows: a system call to wake, only if somebody sleeps, and one to sleep.
template <Scope scope>
class alignas(cache_line) FutexTurn {
 public:
  void give(std::uint64_t token) {
    token_ = token;
    if (state_.exchange(full, std::memory_order_acq_rel) == awaited) futex_wake<scope>(state_, 1);
  }

  std::uint64_t take() {
    std::uint32_t seen = empty;
    state_.compare_exchange_strong(seen, awaited, std::memory_order_acquire);
    while (state_.load(std::memory_order_acquire) != full) futex_wait<scope>(state_, awaited);
    state_.store(empty, std::memory_order_relaxed);
    return token_;
  }

 private:
  enum : std::uint32_t { empty, awaited, full };

  Word state_{empty};
  std::uint64_t token_ = 0;
};

// What C++ offers for it, and most programs use.
class alignas(cache_line) CondvarTurn {
 public:
  void give(std::uint64_t token) {
    {
      const std::lock_guard lock(mutex_);
      token_ = token;
      full_ = true;
    }
    given_.notify_one();
  }

  std::uint64_t take() {
    std::unique_lock lock(mutex_);
    given_.wait(lock, [this] { return full_; });
    full_ = false;
    return token_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::uint64_t token_ = 0;
  bool full_ = false;
};

// What processes had before they had shared memory.
class PipeTurn {
 public:
  void give(std::uint64_t token) { pipe_.write(&token, sizeof token); }

  std::uint64_t take() {
    std::uint64_t token;
    pipe_.read(&token, sizeof token);
    return token;
  }

 private:
  Pipe pipe_;
};

}  // namespace concbench::os
