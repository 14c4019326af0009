// What is to be measured, where, and for how long. How it is shown is up to the command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/harness/presets.hpp"
#include "models/machine/topology.hpp"

namespace concbench {

struct Experiment {
  std::vector<std::string> models, workloads;
  bool models_named = false;  // rather than those that run when nothing is said
  Sweeps sets;

  std::vector<int> cores;  // numbers of workers; empty: as many as there are
  PlacementRequest placement;

  Preset preset;  // with --processes, --repetitions, --min-time and --timeout applied
  std::optional<double> budget_s;
  std::uint64_t seed = 0;
};

}  // namespace concbench
