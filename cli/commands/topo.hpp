// `concbench topo`: what hwloc found, and where --cores and --layout would place workers.
#pragma once

#include <optional>
#include <string>

#include "cli/options/request.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/json.hpp"

namespace concbench {

// Nanoseconds that a cache line takes from one CPU to another; see models/machine/line_latency.hpp.
using LatencyMatrix = std::vector<std::vector<std::optional<double>>>;

// What the command prints. Throws what describe_machine and place throw.
std::string topo(const TopoRequest& request);

// A picture for people: the machine as an indented tree, workers at their CPUs.
std::string topo_text(const Topology& machine, const Placement& placement);

// The matrix as rows and columns of CPUs.
std::string latency_text(const std::vector<int>& cpus, const LatencyMatrix& matrix);

// The same for programs: {"machine": {…}, "placement": {…}}.
Json topo_json(const Topology& machine, const Placement& placement);

}  // namespace concbench
