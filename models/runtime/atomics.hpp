// What the runtime synchronises with. Its primitives are templates over this policy, so that the
// very code that runs can also be checked on atomics whose interleavings a test decides.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

namespace concbench::runtime {

// Tells the core that this is a spin loop.
inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

struct StdAtomics {
  template <class T>
  using Atomic = std::atomic<T>;

  // In a loop that waits for another thread's store.
  static void pause() { runtime::pause(); }

  // Sleeps if the word is as expected, until a wake; may also return for no reason.
  static void wait(Atomic<std::uint32_t>& word, std::uint32_t expected) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
  }
  // The same, but for no longer than until `deadline_ns` of CLOCK_MONOTONIC; whether that is what
  // ended it.
  static bool wait_until(Atomic<std::uint32_t>& word, std::uint32_t expected,
                         std::int64_t deadline_ns) {
    const timespec deadline{deadline_ns / 1'000'000'000, deadline_ns % 1'000'000'000};
    return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, &deadline, nullptr,
                   FUTEX_BITSET_MATCH_ANY) != 0 &&
           errno == ETIMEDOUT;
  }
  // Only the address of the word is used: it may be gone already.
  static void wake(Atomic<std::uint32_t>& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  }
};

}  // namespace concbench::runtime
