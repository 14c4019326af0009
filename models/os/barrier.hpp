// Barriers: whoever arrives waits until all have, and may then arrive at the next. `arrive` returns
// true in the last of them, whom nobody kept waiting: it is the one to count the barrier.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "models/os/futex.hpp"
#include "models/os/pipe.hpp"

namespace concbench::os {

// All sleep on the number of the phase. The last of a phase has set the count anew before it raises
// that number, so that nobody counts himself into a phase which is not yet there.
template <Scope scope>
class FutexBarrier {
 public:
  explicit FutexBarrier(std::uint64_t participants)
      : participants_(static_cast<std::uint32_t>(participants)), missing_(participants_) {}

  bool arrive() {
    const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      missing_.store(participants_, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      futex_wake<scope>(phase_);
      return true;
    }
    while (phase_.load(std::memory_order_acquire) == phase) futex_wait<scope>(phase_, phase);
    return false;
  }

 private:
  const std::uint32_t participants_;
  std::atomic<std::uint32_t> missing_;
  Word phase_{0};
};

// As one builds it from what C++ has.
class CondvarBarrier {
 public:
  explicit CondvarBarrier(std::uint64_t participants)
      : participants_(participants), missing_(participants) {}

  bool arrive() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) {
      missing_ = participants_;
      ++phase_;
      all_here_.notify_all();
      return true;
    }
    all_here_.wait(lock, [this, phase = phase_] { return phase_ != phase; });
    return false;
  }

 private:
  const std::uint64_t participants_;
  std::uint64_t missing_, phase_ = 0;
  std::mutex mutex_;
  std::condition_variable all_here_;
};

// Who waits reads a byte, of which the last to arrive writes one for each. There are two pipes, for
// phases in turn: who is quick could otherwise take the byte of one who is not yet awake.
class PipeBarrier {
 public:
  explicit PipeBarrier(std::uint64_t participants)
      : participants_(participants), missing_(participants) {}

  bool arrive() {
    const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
    Pipe& waiting = pipes_[phase % pipes_.size()];
    char byte = 0;
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) > 1) {
      waiting.read(&byte, sizeof byte);
      return false;
    }
    missing_.store(participants_, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    for (std::uint64_t i = 1; i < participants_; ++i) waiting.write(&byte, sizeof byte);
    return true;
  }

 private:
  const std::uint64_t participants_;
  std::atomic<std::uint64_t> missing_;
  std::atomic<std::uint32_t> phase_{0};
  std::array<Pipe, 2> pipes_;
};

}  // namespace concbench::os
