#include "cli/commands/outputs.hpp"

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "reports/result/output_file.hpp"

namespace concbench {

void refuse_overwriting(const std::vector<std::string>& inputs, const std::string& output) {
  for (const std::string& input : inputs) {
    if (!is_same_file(input, output)) continue;
    throw UsageError(
        fmt::format("{} is the input of this command; write the output elsewhere", output));
  }
}

void put(std::string_view text, const std::vector<std::string>& inputs, const std::string& output) {
  if (output == "-") {
    fmt::print("{}", text);
    return;
  }
  refuse_overwriting(inputs, output);
  write_text(text, output);
}

}  // namespace concbench
