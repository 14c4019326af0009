// Locks that let one in at a time. Whoever has to wait goes to sleep at once: nobody spins.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/os/futex.hpp"
#include "models/os/pipe.hpp"

namespace concbench::os {

// Free, held, or held while others may sleep; uncontended it needs no system call.
// Source: mutex2 of "Futexes Are Tricky".
template <Scope scope>
class FutexMutex {
 public:
  void lock() {
    std::uint32_t seen = free;
    if (state_.compare_exchange_strong(seen, held, std::memory_order_acquire)) return;
    while (state_.exchange(contended, std::memory_order_acquire) != free) {
      futex_wait<scope>(state_, contended);
    }
  }
  void unlock() {
    if (state_.exchange(free, std::memory_order_release) == contended) {
      futex_wake<scope>(state_, 1);
    }
  }

 private:
  enum : std::uint32_t { free, held, contended };
  Word state_{free};
};

// A pipe with one byte in it: who has read the byte holds the lock, and writes it back. Every lock
// and unlock is a system call, and readers are served in the order in which they came.
class PipeMutex {
 public:
  PipeMutex() { unlock(); }
  void lock() {
    char key;
    pipe_.read(&key, sizeof key);
  }
  void unlock() {
    const char key = 0;
    pipe_.write(&key, sizeof key);
  }

 private:
  Pipe pipe_;
};

}  // namespace concbench::os
