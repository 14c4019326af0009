// What this machine lets one program have: read from the kernel, never assumed.
#pragma once

#include <cstdint>
#include <string>

namespace concbench {

// One bound, and the name under which an administrator finds it: "kernel.pid_max",
// "kernel.threads-max", "cgroup pids.max", "RLIMIT_NPROC", "vm.max_map_count", "RLIMIT_NOFILE",
// "MemAvailable", "cgroup memory.max". Where no bound can be read it is "no limit found" and the
// largest number.
struct Limit {
  std::string name;
  std::uint64_t value;
};

struct Limits {
  Limit tasks;         // further processes or threads that can be started: the tightest bound
  Limit maps;          // further memory mappings
  Limit descriptors;   // further open files
  Limit memory_bytes;  // memory that can still be used: free memory or the cgroup's rest
  std::uint64_t thread_stack_bytes;  // address space that a thread's stack takes (RLIMIT_STACK)
};

// `root` is prepended to /proc and /sys paths, so that a test can show another machine. Bounds that
// cannot be read are left out.
Limits read_limits(const std::string& root = "");

}  // namespace concbench
