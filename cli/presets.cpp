#include "cli/presets.hpp"

#include "cli/errors.hpp"
#include "cli/suggest.hpp"

namespace concbench {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
      {"quick", "a first look: 3 processes a cell", 3, 5, 0.02, 30, &ParamInfo::quick},
      {"ci", "for comparisons: 6 processes a cell", 6, 5, 0.05, 60, &ParamInfo::ci},
      {"full", "large sizes, long samples", 6, 10, 0.2, 300, &ParamInfo::full},
  };
  return list;
}

const Preset& find_preset(std::string_view name) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.emplace_back(preset.name);
  }
  throw UsageError("--preset=" + std::string(name) + ": there is no such preset" +
                   did_you_mean(name, names) + "; there are quick, ci and full");
}

std::vector<std::string> basic_models() {
  return {"serial", "processes", "threads", "pool", "fibers", "coroutines", "goroutines"};
}

std::vector<std::string> basic_workloads() {
  return {"fib", "skynet", "nqueens", "spawn", "ping_pong", "ring", "mpmc", "yield"};
}

}  // namespace concbench
