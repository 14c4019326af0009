// Work of a given length: arithmetic that takes so many nanoseconds on this machine when nothing
// disturbs it. It is a number of steps, not a time: who is interrupted takes longer, as real work
// would.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace concbench {

// Each step needs the one before: the chain cannot be shortened or overlapped.
inline void work_steps(std::uint64_t steps) {
  std::uint64_t x = steps;
  for (; steps > 0; --steps) {
    x = x * 6364136223846793005u + 1442695040888963407u;  // Knuth, MMIX
    asm volatile("" : "+r"(x));
  }
}

// How long a step takes: the quickest of several rounds, found once per process. Call it before any
// clock runs, and before any fork.
inline double ns_per_work_step() {
  static const double quickest = [] {
    using Clock = std::chrono::steady_clock;
    constexpr int rounds = 20;
    constexpr std::uint64_t steps = 20'000;
    double best = 1e9;
    for (int i = 0; i < rounds; ++i) {
      const auto start = Clock::now();
      work_steps(steps);
      const std::chrono::duration<double, std::nano> took = Clock::now() - start;
      best = std::min(best, took.count() / static_cast<double>(steps));
    }
    return best;
  }();
  return quickest;
}

inline void work_for(std::int64_t ns) {
  work_steps(static_cast<std::uint64_t>(static_cast<double>(ns) / ns_per_work_step()));
}

}  // namespace concbench
