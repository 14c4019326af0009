// A check as JSON, with its raw pairs, so that the verdicts can be made again from them.
#pragma once

#include "reports/result/check.hpp"
#include "reports/result/json.hpp"

namespace concbench {

Json to_json(const Check& check);

// Throws BadJson naming the field. Judgements are read as they were, not made again.
Check check_from_json(const Json& json);

}  // namespace concbench
