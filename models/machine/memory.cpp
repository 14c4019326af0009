#include "models/machine/memory.hpp"

#include <sstream>

#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

// The children of this process's main thread, which is the one that forks.
std::string children(const std::string& root) {
  return read_text(root + "/proc/thread-self/children").value_or("");
}

std::optional<std::int64_t> bytes_of_entry(const std::string& path, const char* key) {
  const auto kibibytes = read_entry(path, key);
  if (!kibibytes) return {};
  return static_cast<std::int64_t>(*kibibytes) * 1024;
}

}  // namespace

MemoryUse read_memory_use(const std::string& root) {
  MemoryUse use;
  use.user_bytes = bytes_of_entry(root + "/proc/self/status", "RssAnon");
  std::istringstream pids(children(root));
  for (std::string pid; use.user_bytes && pids >> pid;) {
    // A child that has just ended has none.
    *use.user_bytes +=
        bytes_of_entry(root + "/proc/" + pid + "/smaps_rollup", "Private_Dirty").value_or(0);
  }
  std::int64_t kernel = 0;
  for (const char* key : {"KernelStack", "PageTables", "SUnreclaim"}) {
    const auto part = bytes_of_entry(root + "/proc/meminfo", key);
    if (!part) return use;
    kernel += *part;
  }
  use.kernel_bytes = kernel;
  return use;
}

}  // namespace concbench
