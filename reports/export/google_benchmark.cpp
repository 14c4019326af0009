// https://github.com/google/benchmark/blob/main/docs/user_guide.md#output-formats
#include "reports/export/formats.hpp"
#include "reports/result/result_json.hpp"

namespace concbench::exports {

// A result file is of that form already; without what only concbench reads it is a fifth as long.
std::string google_benchmark(const Result& result) {
  Json document = to_json(result);
  document.erase("concbench");
  return to_text(document) + '\n';
}

}  // namespace concbench::exports
