// A topology as text, for the pipe between the process that parses a description and the one that
// asked for it.
#pragma once

#include <optional>
#include <string>

#include "models/machine/topology.hpp"

namespace concbench {

std::string to_wire(const Topology& machine);
// Nothing for a text that is cut short or contradicts itself; `source` and the quota are not told.
std::optional<Topology> from_wire(const std::string& text);

}  // namespace concbench
