#include "models/machine/affinity.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace concbench::os {
namespace {

// One cpu_set_t holds 1,024 CPUs, fewer than a large machine has; the kernel rejects a set that is
// smaller than its own.
using CpuSet = std::array<cpu_set_t, max_cpus / CPU_SETSIZE>;

[[noreturn]] void fail(int error, std::span<const int> cpus) {
  std::string list;
  for (const int cpu : cpus) list += (list.empty() ? "" : ", ") + std::to_string(cpu);
  throw std::system_error(error, std::generic_category(), "binding to CPU " + list);
}

}  // namespace

std::vector<int> allowed_cpus(pid_t thread) {
  CpuSet set{};
  if (sched_getaffinity(thread, sizeof set, set.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "reading the allowed CPUs");
  }
  std::vector<int> cpus;
  const auto count = static_cast<std::size_t>(CPU_COUNT_S(sizeof set, set.data()));
  for (int cpu = 0; cpus.size() < count; ++cpu) {
    if (CPU_ISSET_S(static_cast<unsigned>(cpu), sizeof set, set.data())) cpus.push_back(cpu);
  }
  return cpus;
}

void restrict_to(std::span<const int> cpus) {
  CpuSet set{};
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < max_cpus) {
      CPU_SET_S(static_cast<unsigned>(cpu), sizeof set, set.data());
    }
  }
  // The kernel takes a set of which it can give a part only, and gives that part: read it back.
  if (sched_setaffinity(0, sizeof set, set.data()) != 0) fail(errno, cpus);
  std::vector<int> wanted(cpus.begin(), cpus.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  if (allowed_cpus() != wanted) fail(EINVAL, cpus);
}

Restricted::~Restricted() {
  try {
    restrict_to(before_);
  } catch (const std::system_error&) {
    // A CPU went offline or a cgroup shrank meanwhile; there is no better mask to go back to.
  }
}

}  // namespace concbench::os
