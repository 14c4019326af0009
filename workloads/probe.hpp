// What a run notices besides its time: durations and named measures, noted by whichever task knows
// them. It lies in memory that processes share. Noting costs time, so that runs which are timed to
// the nanosecond have no probe, and runs with one are observed only.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "workloads/latency.hpp"

namespace concbench {

// The clock of all observations: CLOCK_MONOTONIC, the same in all processes of a machine.
inline std::int64_t probe_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

enum class Measure : std::size_t {
  peak_live,              // hold: tasks that were alive at once, as they counted themselves
  make_ns,                // hold: until all were
  release_ns,             // hold: from their release to the last one's end
  user_bytes_per_task,    // hold: memory of the program
  kernel_bytes_per_task,  // hold: stacks, page tables and slabs of the kernel
  wait_ns,                // recipe: waits of all tasks, one after another
  greedy_ns,              // recipe: work of those that compute for long
  share_low,              // contend: sections that the slowest task had when the first was through
  share_high,             // contend: and the quickest
  longest_wait_ns,        // contend: for the lock
  load_latency_ns,        // serve: of all requests together
  load_late_ns,           // serve, open loop: sent later than they were due, all together
  count,
};

constexpr std::string_view name_of(Measure measure) {
  constexpr std::string_view names[] = {"peak_live",
                                        "make_ns",
                                        "release_ns",
                                        "user_bytes_per_task",
                                        "kernel_bytes_per_task",
                                        "wait_ns",
                                        "greedy_ns",
                                        "share_low",
                                        "share_high",
                                        "longest_wait_ns",
                                        "load_latency_ns",
                                        "load_late_ns"};
  static_assert(std::size(names) == static_cast<std::size_t>(Measure::count));
  return names[static_cast<std::size_t>(measure)];
}

struct Probe {
  LatencyCounts latency;
  std::atomic<std::int64_t> stamp_ns{0};  // of the hop before, for the one token that goes round

  void set(Measure measure, std::int64_t value) { slot(measure).store(value); }
  void add(Measure measure, std::int64_t value) {
    std::int64_t had = slot(measure).load();
    while (!slot(measure).compare_exchange_weak(had, (had == none ? 0 : had) + value)) {
    }
  }
  void raise(Measure measure, std::int64_t value) {  // `none` is below all
    std::int64_t had = slot(measure).load();
    while (had < value && !slot(measure).compare_exchange_weak(had, value)) {
    }
  }
  std::optional<std::int64_t> get(Measure measure) const {
    const std::int64_t value = values_[static_cast<std::size_t>(measure)].load();
    return value == none ? std::nullopt : std::optional(value);
  }

  void clear() {
    latency.clear();
    stamp_ns = 0;
    for (auto& value : values_) value.store(none);
  }
  Probe() { clear(); }

 private:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);

  std::atomic<std::int64_t>& slot(Measure measure) {
    return values_[static_cast<std::size_t>(measure)];
  }

  std::array<std::atomic<std::int64_t>, static_cast<std::size_t>(Measure::count)> values_;
};

}  // namespace concbench
