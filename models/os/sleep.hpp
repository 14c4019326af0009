// Sleeping in the kernel until a moment, as a thread or a process does.
#pragma once

#include <cerrno>
#include <cstdint>
#include <ctime>

namespace concbench::os {

// Until Stopwatch::now() is at least `when`. The deadline is absolute, so that who is interrupted
// or late to fall asleep does not sleep longer for it. The kernel may let it pass by the thread's
// timer slack, 50 µs unless somebody changed it (prctl(2), PR_SET_TIMERSLACK), to wake several
// sleepers at once: that is left as programs find it.
inline void sleep_until(std::int64_t when) {
  constexpr std::int64_t second = 1'000'000'000;
  const timespec deadline{.tv_sec = when / second, .tv_nsec = when % second};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == EINTR) {
  }
}

}  // namespace concbench::os
