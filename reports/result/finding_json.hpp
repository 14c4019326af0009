// Findings as JSON, the same in results and in what `concbench doctor` prints.
#pragma once

#include <string>

#include "reports/result/finding.hpp"
#include "reports/result/json.hpp"

namespace concbench {

// {id, severity, found, reason, effect, fix}: `reason` says why `found` is null.
Json to_json(const Finding& finding);
// Throws BadJson naming the field below `path`.
Finding finding_from_json(const Json& json, const std::string& path);

}  // namespace concbench
