// How a range of things is halved until its parts are small enough.
#pragma once

#include <cstdint>

namespace concbench {

// The parts of at most `most` things into which `total` of them are halved; of an odd number the
// second half is the larger.
constexpr std::uint64_t parts_of(std::uint64_t total, std::uint64_t most) {
  if (total <= most) return 1;
  const std::uint64_t half = total / 2;
  if (total % 2 == 0) return 2 * parts_of(half, most);
  return parts_of(half, most) + parts_of(total - half, most);
}

}  // namespace concbench
