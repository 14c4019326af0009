// How long a cache line takes from one core to another.
#pragma once

#include <optional>
#include <vector>

namespace concbench::os {

// Nanoseconds one way between each pair of these CPUs, row by row: two threads, one on each, hand a
// line to and fro, and the quickest of several rounds counts. Nothing on the diagonal. Throws
// std::system_error for a CPU that may not be used.
std::vector<std::vector<std::optional<double>>> line_latencies(const std::vector<int>& cpus);

}  // namespace concbench::os
