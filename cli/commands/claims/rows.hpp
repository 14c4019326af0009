// The textbook's statements, one row each: what is claimed, how it is measured.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/commands/claims/evidence.hpp"
#include "reports/result/claim.hpp"

namespace concbench::claims {

struct Row {
  std::string id, claim;
  Claimed claimed;
  std::string how;
  // In the unit of what is claimed. Throws std::runtime_error with the reason if it cannot be.
  std::function<Estimate(Evidence&)> measure;
};

// `cores` is how many this program may use.
std::vector<Row> rows(int cores);

}  // namespace concbench::claims
