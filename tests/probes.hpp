// What a probe holds, for tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "workloads/probe.hpp"

namespace concbench {

inline std::uint64_t durations_in(const Probe& probe) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) all += probe.latency[i];
  return all;
}

}  // namespace concbench
