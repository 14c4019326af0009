// Where tasks were really seen: the proof, or disproof, of a placement.
#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/machine/worker_report.hpp"

namespace concbench::os {

// The CPUs on which any task was seen, for all threads or, in shared memory, all processes. Counts
// from the start of the model over all its runs.
class Sightings {
 public:
  // Reads before it writes: after the first tasks, a sighting leaves the cache line shared.
  void see(int cpu) {
    if (cpu < 0 || cpu >= max_cpus) return;
    auto& word = seen_[static_cast<std::size_t>(cpu) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (cpu % 64);
    if ((word.load(std::memory_order_relaxed) & bit) == 0) {
      word.fetch_or(bit, std::memory_order_relaxed);
    }
  }
  void migrated() { migrations_.fetch_add(1, std::memory_order_relaxed); }

  // The calling thread's binding as read back, together with all that was seen.
  WorkerReport report() const {
    const std::vector<int> allowed = allowed_cpus();
    WorkerReport report{allowed.size() == 1 ? allowed.front() : -1, {}, 0};
    for (int cpu = 0; cpu < max_cpus; ++cpu) {
      const auto& word = seen_[static_cast<std::size_t>(cpu) / 64];
      if (word.load(std::memory_order_relaxed) >> (cpu % 64) & 1) report.observed.push_back(cpu);
    }
    report.migrations = migrations_.load(std::memory_order_relaxed);
    return report;
  }

 private:
  std::array<std::atomic<std::uint64_t>, max_cpus / 64> seen_{};
  std::atomic<std::uint64_t> migrations_{0};
};

// A task's life on a CPU, seen where it begins and where it ends. A task that ends elsewhere counts
// as one migration, however often it moved in between: the number is a lower bound.
class Sighting {
 public:
  explicit Sighting(Sightings& all) : all_(all), begun_on_(sched_getcpu()) { all_.see(begun_on_); }
  ~Sighting() {
    const int cpu = sched_getcpu();
    if (cpu == begun_on_) return;
    all_.see(cpu);
    all_.migrated();
  }
  Sighting(const Sighting&) = delete;
  Sighting& operator=(const Sighting&) = delete;

 private:
  Sightings& all_;
  int begun_on_;
};

}  // namespace concbench::os
