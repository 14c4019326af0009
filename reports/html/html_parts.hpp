// The parts of a report that need no script.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/html/html.hpp"

namespace concbench::html {

// What was measured, where and when.
std::string head(const std::vector<NamedResult>& results);
// Packages, caches, cores and CPUs of one machine as boxes in rows.
std::string machine(const MachineInfo& machine);
// Statements about concurrency, each with what was measured of it.
std::string claims(const Json& claims);
// What bears on the timings, a column for each result.
std::string environment(const std::vector<NamedResult>& results);
// A row for each cell. `data-at="R.C"` says which: the C-th cell of the R-th result.
std::string cells(const std::vector<NamedResult>& results);

}  // namespace concbench::html
