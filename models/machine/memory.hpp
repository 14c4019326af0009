// What tasks cost in memory while they only exist: the program's part and the kernel's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace concbench {

struct MemoryUse {
  // Anonymous memory of this process and of its children, as far as it is theirs alone. Address
  // space that was never touched is not counted: it is not memory.
  std::optional<std::int64_t> user_bytes;
  // The whole machine's kernel stacks, page tables and slabs that cannot be reclaimed, since the
  // kernel keeps no such account of a process. What others do meanwhile is in it.
  std::optional<std::int64_t> kernel_bytes;
};

// `root` is prepended to /proc, so that a test can show another machine.
MemoryUse read_memory_use(const std::string& root = "");

}  // namespace concbench
