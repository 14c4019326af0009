// What was seen of a placement.
#pragma once

#include <cstdint>
#include <vector>

namespace concbench {

// Where one worker, or the unpinned tasks of a model together, really ran.
struct WorkerReport {
  int cpu;  // the CPU it is bound to as read back, or -1 if it may use the whole set
  std::vector<int> observed;  // the CPUs it was seen on, ascending
  std::uint64_t migrations;   // changes of CPU between two sightings
};

}  // namespace concbench
