// `concbench topo`: what hwloc found, and where --cores and --layout would place workers.
#pragma once

#include <optional>
#include <string>

#include "models/topology.hpp"
#include "reports/json.hpp"

namespace concbench {

struct TopoRequest {
  std::optional<std::string> from;  // "synthetic:…" or "xml:FILE"; otherwise this machine
  PlacementRequest placement;
  bool json = false;
};

// What the command prints. Throws what describe_machine and place throw.
std::string topo(const TopoRequest& request);

// A picture for people: the machine as an indented tree, workers at their CPUs.
std::string topo_text(const Topology& machine, const Placement& placement);

// The same for programs: {"machine": {…}, "placement": {…}}.
Json topo_json(const Topology& machine, const Placement& placement);

}  // namespace concbench
