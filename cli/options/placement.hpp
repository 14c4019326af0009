// The words that say where workers are placed, for every command that places some.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "models/machine/topology.hpp"

namespace concbench::options {

struct PlacementWords {
  std::string cores, cpus, layout = "compact", core_kind = "any";
  bool oversubscribe = false;
};
void add_placement_options(CLI::App& app, PlacementWords& words);

// All but the number of workers, which for some commands is a list.
PlacementRequest placement_request(const PlacementWords& words);

}  // namespace concbench::options
