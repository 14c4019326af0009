// Parameters of a workload as JSON, in results, in checks and in messages to processes.
#pragma once

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

Json to_json(const Params& params);
// BadJson, naming the field, where one is neither a whole number nor a text.
Params params_from_json(const Json& json, std::string_view name);

}  // namespace concbench
