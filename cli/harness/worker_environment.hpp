// The environment that worker processes get: what they need to run, and what changes numbers and is
// therefore recorded. All else stays behind, since the runtimes of models read dozens of variables
// that move threads, change their number or steer memory, and no result would say so.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace concbench {

struct WorkerEnvironment {
  std::vector<std::string> entries;           // "NAME=value", as a worker gets them
  std::map<std::string, std::string> passed;  // those among them that change numbers
  std::vector<std::string> dropped;           // names that would have steered a runtime, ascending
};

// Of the environment `all`, entries "NAME=value"; this program's own if left out.
WorkerEnvironment worker_environment(const std::vector<std::string>& all);
const WorkerEnvironment& worker_environment();

}  // namespace concbench
