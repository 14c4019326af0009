// What earns a number its footnote: reasons to trust it less, with the measure of each.
#pragma once

#include <string>
#include <vector>

#include "cli/harness/presets.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// Of a cell whose samples and summary are there.
std::vector<std::string> warnings_about(const Cell& cell, const Preset& preset);

// Of a cell that ran out of time, what others used of its CPUs.
std::string crowded_out(double foreign_share);

}  // namespace concbench
