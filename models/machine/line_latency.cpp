#include "models/machine/line_latency.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "models/machine/affinity.hpp"

namespace concbench::os {
namespace {

constexpr int rounds = 25, trips = 2'000;

double one_way_ns(int here, int there) {
  alignas(64) std::atomic<int> turn{0};
  const Restricted mine({&here, 1});
  // It waits by yielding: the two may turn out to share a core that runs one of them at a time.
  const auto await = [&](int value) {
    for (int spins = 0; turn.load(std::memory_order_acquire) != value; ++spins) {
      if (spins > 10'000) std::this_thread::yield();
    }
  };
  std::jthread other([&] {
    restrict_to({&there, 1});
    for (int trip = 0; trip < rounds * trips; ++trip) {
      await(1);
      turn.store(0, std::memory_order_release);
    }
  });
  double quickest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int trip = 0; trip < trips; ++trip) {
      turn.store(1, std::memory_order_release);
      await(0);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    quickest = std::min(quickest, took.count() / (2 * trips));
  }
  return quickest;
}

}  // namespace

std::vector<std::vector<std::optional<double>>> line_latencies(const std::vector<int>& cpus) {
  // Refused here, where it can be reported, rather than in a thread.
  for (const int cpu : cpus) const Restricted allowed({&cpu, 1});
  std::vector<std::vector<std::optional<double>>> matrix(
      cpus.size(), std::vector<std::optional<double>>(cpus.size()));
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    for (std::size_t j = i + 1; j < cpus.size(); ++j) {
      matrix[i][j] = matrix[j][i] = one_way_ns(cpus[i], cpus[j]);
    }
  }
  return matrix;
}

}  // namespace concbench::os
