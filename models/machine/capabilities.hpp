// What the kernel lets this process do beyond others.
#pragma once

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>

#include "models/machine/system_file.hpp"

namespace concbench {

// Bits of <linux/capability.h>.
inline constexpr std::uint64_t cap_sys_admin = 1ULL << 21, cap_sys_resource = 1ULL << 24,
                               cap_perfmon = 1ULL << 38;

// Those in effect. `root` is prepended to the path, so that a test can show another machine.
inline std::uint64_t effective_capabilities(const std::string& root = "") {
  std::istringstream lines(read_text(root + "/proc/self/status").value_or(""));
  std::uint64_t capabilities = 0;
  for (std::string key; lines >> key;
       lines.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    if (key == "CapEff:") lines >> std::hex >> capabilities;
  }
  return capabilities;
}

}  // namespace concbench
