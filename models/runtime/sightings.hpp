// Where a worker thread really is: bound by request, then observed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <vector>

#include "models/model.hpp"

namespace concbench::runtime {

class Sightings {
 public:
  // Binds the calling thread to the CPU and remembers it as the one that is watched. Throws
  // Exhausted if the kernel refuses.
  void pin(int cpu);

  // By the watched thread: notes the CPU it is on.
  void look();

  // From any thread: what was seen so far, and the affinity as the kernel has it now.
  WorkerReport report() const;

 private:
  pid_t thread_ = 0;
  mutable std::mutex mutex_;
  int last_ = -1;
  std::uint64_t migrations_ = 0;
  std::vector<int> observed_;  // ascending
};

}  // namespace concbench::runtime
