// Where this checkout is: in one object, so that all others are the same in every checkout.
#pragma once

#include <string>

namespace concbench {

// A file of the source tree, by its path from the top.
std::string in_source(const std::string& path);

}  // namespace concbench
