// "Did you mean": the nearest known word to one that was mistyped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace concbench {

// " (did you mean 'fibers'?)", or "" when no word is near enough to be meant.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known);

}  // namespace concbench
