// The page that `concbench report` fills, with its style and its script, as reports/web builds it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace concbench {

struct Page {
  std::span<const unsigned char> gzip;
  std::size_t size = 0;      // of the page once it is no longer compressed
  std::string_view missing;  // why this build has no page, or empty
};

// Defined by what CMake generates.
Page page();

}  // namespace concbench
