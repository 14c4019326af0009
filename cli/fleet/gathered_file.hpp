// What `concbench gather -o` wrote, read for a report.
#pragma once

#include <string>
#include <vector>

#include "reports/html/html.hpp"
#include "reports/result/json.hpp"

namespace concbench {

bool is_gathered(const Json& json);

// One result for each run of a task with a build: all selections that one host measured, by the
// name "small-0 on node7". Throws BadJson naming the file.
std::vector<NamedResult> results_of_gathered(const Json& json, const std::string& path);

}  // namespace concbench
