// A result as JSON: a document of Google Benchmark's form, which the tools of that world read, with
// everything else that is known in one more object, "concbench"
// (reports/result/result.schema.json).
#pragma once

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// Every double in the result must be finite.
Json to_json(const Result& result);

// The inverse: reads the object "concbench" and no other. What is derived from the rest (rankings)
// is not read but made again. Fields that it does not know are ignored. Throws BadJson naming the
// field and where it is: `"concbench.cells[3].samples[0].wall_ns" must be a whole number`.
Result result_from_json(const Json& json);

}  // namespace concbench
