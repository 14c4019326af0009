// Any bytes as a result file: refused, or a result that is written and read again as it was.
#include "reports/result/consistency.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_json.hpp"
#include "reports/text/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) try {
  using namespace concbench;
  const Result result = result_from_json(parse_json({reinterpret_cast<const char*>(data), size}));
  refuse_inconsistent(result);
  if (to_json(result_from_json(to_json(result))) != to_json(result)) __builtin_trap();
  for (const std::string& text : {to_table(result), to_csv(result), to_markdown(result)}) {
    if (text.find('\x1b') != text.npos) __builtin_trap();
  }
  return 0;
} catch (const concbench::BadJson&) {
  return 0;
}
