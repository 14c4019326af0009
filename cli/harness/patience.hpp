// How long a worker process is waited for: as --timeout says, in every command that starts one.
#pragma once

#include <chrono>

#include "cli/harness/process.hpp"

namespace concbench {

inline Process::Clock::time_point deadline_in(double seconds) {
  return Process::Clock::now() + std::chrono::duration_cast<Process::Clock::duration>(
                                     std::chrono::duration<double>(seconds));
}

}  // namespace concbench
