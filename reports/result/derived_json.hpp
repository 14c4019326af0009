// What a result file holds besides what was measured: all of it follows from the cells, so that it
// is written and never read.
#pragma once

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

Json derived_json(const Result& result);

// What the cell is ranked by, or null.
Json merit_json(const Cell& cell);

}  // namespace concbench
