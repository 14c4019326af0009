// Where commands write what they made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace concbench {

// Throws UsageError if `output` is one of the files that it is made from.
void refuse_overwriting(const std::vector<std::string>& inputs, const std::string& output);

// To stdout if `output` is "-".
void put(std::string_view text, const std::vector<std::string>& inputs, const std::string& output);

}  // namespace concbench
