// Results as one HTML page that needs nothing else: no network, no other file, no permission to
// evaluate code. Without its script it still shows every number in tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

struct NamedResult {
  std::string file;
  Result result;
};

// Why this build cannot make a page, or empty.
std::string_view why_no_html();

// The page of one or more results, and of what `concbench claims --format=json` printed, or null.
// Whatever their texts hold stays text. why_no_html() must be empty. Throws BadJson if `claims` are
// none.
std::string to_html(const std::vector<NamedResult>& results, const Json& claims = nullptr);

}  // namespace concbench
