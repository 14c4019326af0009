#include "cli/harness/reference_loop.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

#include "models/machine/system_file.hpp"

namespace concbench {

std::int64_t fixed_work_ns(std::int64_t steps) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t state = 88'172'645'463'325'252;  // xorshift64, G. Marsaglia 2003
  for (std::int64_t i = 0; i < steps; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  asm volatile("" : : "r"(state));  // the work must not be found to be useless
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
  return std::max<std::int64_t>(1, took.count());
}

std::optional<int> runnable_tasks(const std::string& root) {
  std::istringstream words(read_text(root + "/proc/stat").value_or(""));
  for (std::string word; words >> word;) {
    int count;
    if (word == "procs_running" && words >> count) return std::max(0, count - 1);
  }
  return {};
}

}  // namespace concbench
