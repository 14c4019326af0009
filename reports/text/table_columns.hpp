// What the table of a group shows of each cell, besides its rank and its model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/ranking.hpp"

namespace concbench {

struct TableColumn {
  std::string head;
  // Of a ranked cell of the group; nothing where that is not known.
  std::optional<std::string> (*text)(const Group& group, const Cell& cell);
};

// Ordered by importance, so that on a narrow terminal the last ones can give way.
std::vector<TableColumn> columns_of(const Group& group);

}  // namespace concbench
