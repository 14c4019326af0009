// Which CPUs a thread may use: set, read back, and put back as it was.
#pragma once

#include <sys/types.h>

#include <span>
#include <vector>

namespace concbench::os {

constexpr int max_cpus = 8192;  // the largest NR_CPUS that Linux can be built with (x86 MAXSMP)

// The CPUs that a thread of this machine may use, ascending, as the kernel says; 0 is the calling
// one. Throws std::system_error if that may not be asked, as filters of system calls have it.
std::vector<int> allowed_cpus(pid_t thread = 0);

// Restricts the calling thread, and what it starts from now on, to these CPUs. Throws
// std::system_error naming them if the kernel refuses any of them.
void restrict_to(std::span<const int> cpus);

// Restricts the calling thread for as long as it lives. Made and destroyed on the same thread.
class Restricted {
 public:
  explicit Restricted(std::span<const int> cpus) : before_(allowed_cpus()) { restrict_to(cpus); }
  ~Restricted();
  Restricted(const Restricted&) = delete;
  Restricted& operator=(const Restricted&) = delete;

 private:
  std::vector<int> before_;
};

}  // namespace concbench::os
