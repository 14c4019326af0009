// Which of two competitors is the better one depends on the machine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

// What a model needs for a work on one kind of machine; less is better.
struct Standing {
  std::string work, model;
  Estimate needs;
  int processes;  // that measured it
};

struct ChangedPlaces {
  std::string work;
  std::string ahead, behind;  // models
  std::string here, there;    // machines: on the second it is the other way round
};

// Pairs whose ranges do not overlap on either machine; one process has no range. `standings` has
// one of each model and work for each machine, by its name.
std::vector<ChangedPlaces> changed_places(
    const std::map<std::string, std::vector<Standing>>& standings);

}  // namespace concbench
