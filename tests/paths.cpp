#include "tests/paths.hpp"

namespace concbench {

std::string in_source(const std::string& path) { return SOURCE_DIR "/" + path; }

}  // namespace concbench
