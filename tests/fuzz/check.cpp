// Any bytes as a recorded check: refused, or judged and written again as it was.
#include "reports/result/check_json.hpp"
#include "reports/result/json.hpp"
#include "reports/text/check_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) try {
  using namespace concbench;
  const Check check = check_from_json(parse_json({reinterpret_cast<const char*>(data), size}));
  if (to_json(check_from_json(to_json(check))) != to_json(check)) __builtin_trap();
  for (const std::string& text : {to_table(check, {}), to_markdown(check)}) {
    if (text.find('\x1b') != text.npos) __builtin_trap();
  }
  return 0;
} catch (const concbench::BadJson&) {
  return 0;
}
