// Presets: how long and how often to measure, and at which sizes. Some are built in, their sizes
// beside each workload's parameters; others are TOML files that change one of these.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/param.hpp"
#include "workloads/workload.hpp"

namespace concbench {

// For one workload: the values that each parameter set by hand takes in turn.
using Sweep = std::map<std::string, std::vector<Value>, std::less<>>;
using Sweeps = std::map<std::string, Sweep, std::less<>>;

struct Preset {
  std::string name, summary;
  int processes;      // workers of each cell
  int repetitions;    // samples in each worker
  double min_time_s;  // of one sample
  double timeout_s;   // of one worker
  Sizes ParamInfo::*sizes;

  // What a file says besides; options of the command line go before.
  std::optional<double> budget_s = {};
  std::vector<std::string> models = {}, workloads = {};  // empty: the command's own choice
  std::vector<int> cores = {};
  Sweeps sets = {};  // of any workloads, run or not
};

// What a number may be, on the command line and in a file; both ends included.
template <class Number>
struct Range {
  Number low, high;
};
inline constexpr Range<int> processes_range{1, 1'000}, repetitions_range{1, 100'000},
    cores_range{1, 65'536};
// Of a worker process, where no preset and no --timeout says otherwise.
inline constexpr double default_timeout_s = 30;

inline constexpr Range<double> min_time_range{0, 3'600}, timeout_range{0.01, 86'400},
    budget_range{0.1, 1e7};

const std::vector<Preset>& presets();
// The preset that is built in under this name; or, of a name with a slash or the ending ".toml",
// the one that the file holds. Throws UsageError for a name that is none of them, and for a file
// that cannot be read or does not say what it must, naming file, line and key.
Preset find_preset(const std::string& name);

// What `concbench run` runs when nothing is named.
std::vector<std::string> basic_models();
std::vector<std::string> basic_workloads();

}  // namespace concbench
