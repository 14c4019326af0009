// A statement of a textbook beside what was measured here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"
#include "reports/text/text.hpp"

namespace concbench {

// What is claimed, in round numbers; an end that is missing is open.
struct Claimed {
  std::optional<double> low, high;
  std::string_view unit;  // a literal
};

struct Claim {
  std::string id;     // "thread.create"
  std::string claim;  // the statement
  Claimed claimed;
  std::optional<Estimate> measured;  // in the same unit
  std::string how;                   // what was done to measure it
  std::string missing;               // why it could not be measured here, or ""
};

// "holds" if the measured interval meets the claimed range, whose numbers are round: a tenth beyond
// an end still holds. Else "off by ×N", the median's distance from the nearer end. Or "not
// measurable here: why".
std::string verdict(const Claim& claim);

// {"claims": [{id, claim, claimed, measured, verdict, how}]}
Json to_json(const std::vector<Claim>& claims);
std::string to_text(const std::vector<Claim>& claims, const TableStyle& style);

}  // namespace concbench
