// The presets built in: how long and how often to measure. The sizes they run stand beside each
// workload's parameters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/param.hpp"
#include "workloads/workloads.hpp"

namespace concbench {

struct Preset {
  std::string_view name, summary;
  int processes;      // workers of each cell
  int repetitions;    // samples in each worker
  double min_time_s;  // of one sample
  double timeout_s;   // of one worker
  Sizes ParamInfo::*sizes;
};

const std::vector<Preset>& presets();
// Throws UsageError for a name that is none of them.
const Preset& find_preset(std::string_view name);

// What `concbench run` runs when nothing is named.
std::vector<std::string> basic_models();
std::vector<std::string> basic_workloads();

}  // namespace concbench
