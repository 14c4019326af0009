// Which CPUs a thread may use: set, read back, and put back as it was.
#pragma once

#include <span>
#include <vector>

namespace concbench::os {

// The CPUs that the calling thread may use, ascending, as the kernel says.
std::vector<int> allowed_cpus();

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
