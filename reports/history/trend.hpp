// How cells developed over the results of a history, with the points where they changed.
#pragma once

#include <string>
#include <vector>

#include "reports/history/history.hpp"
#include "reports/text/text.hpp"

namespace concbench {

struct Trend {
  Series series;
  std::vector<std::size_t> changes;  // indices of the first point of each new level
};

std::vector<Trend> trends_of(std::vector<Series> all);

// A block for each series, a line for each point; changes are marked.
std::string to_text(const std::vector<Trend>& trends, const TableStyle& style);
std::string to_json_text(const std::vector<Trend>& trends);
// One panel for each series: medians with their ranges, a rule at each change.
std::string to_svg(const std::vector<Trend>& trends);

}  // namespace concbench
