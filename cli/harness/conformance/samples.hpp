// What a sample of a worker promises: each function says what of it is broken, or "".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/harness/messages.hpp"
#include "workloads/workload.hpp"

namespace concbench::conformance {

// A run that was asked for, and what came back.
struct Run {
  const Workload& workload;
  const std::vector<int>& cpus;
  std::int64_t iterations;
  Sampled reply;
  std::int64_t took_ns;  // from the request to the reply
};

// Fields that a sample must have, even if they are null.
std::string missing_field(const Json& sample);
std::string wrong_answer(const Run& run);
std::string wrong_operations(const Run& run);
std::string wrong_iterations(const Run& run);
std::string wrong_time(const Run& run);
std::string wrong_placement(const Run& run);
// Of an observed run.
std::string wrong_observation(const Run& run);

}  // namespace concbench::conformance
