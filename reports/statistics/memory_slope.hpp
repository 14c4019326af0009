// What one more task costs in memory: the slope over several sizes of hold, in which whatever a
// program keeps once cancels out.
#pragma once

#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

struct MemorySlope {
  std::string model;
  int cores;
  int sizes;              // how many were measured
  double bytes_per_task;  // of a least-squares line, the program's part and the kernel's
};

// Of every model that held two or more numbers of tasks, all else the same.
std::vector<MemorySlope> memory_slopes_of(const Result& result);

}  // namespace concbench
