#include "models/machine/limits.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

#include "models/machine/capabilities.hpp"
#include "models/machine/cgroup.hpp"
#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

std::uint64_t rest(std::uint64_t bound, std::uint64_t used) {
  return bound > used ? bound - used : 0;
}

// Keeps the tightest of the bounds that could be read.
class Tightest {
 public:
  void add(std::string_view name, std::optional<std::uint64_t> bound,
           std::optional<std::uint64_t> used) {
    if (!bound || !used) return;
    const std::uint64_t left = rest(*bound, *used);
    if (left < limit_.value) limit_ = {std::string(name), left};
  }

  const Limit& get() const { return limit_; }

 private:
  Limit limit_{"no limit found", endless};
};

// The soft limit in a line of /proc/self/limits: "Max open files     1024     4096     files".
std::optional<std::uint64_t> soft_limit(std::string_view title, const std::string& root) {
  std::istringstream lines(read_text(root + "/proc/self/limits").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(title)) continue;
    const auto value = line.find_first_not_of(' ', title.size());
    if (value == std::string::npos) return std::nullopt;
    return line.substr(value).starts_with("unlimited") ? endless
                                                       : leading_number(line.substr(value));
  }
  return std::nullopt;
}

// Threads of all processes: the second number of "0.10 0.20 0.30 2/88 4711".
std::optional<std::uint64_t> running_tasks(const std::string& root) {
  const auto text = read_line(root + "/proc/loadavg").value_or("");
  const auto slash = text.find('/');
  return slash == std::string::npos ? std::nullopt : leading_number(text.substr(slash + 1));
}

// fork is never refused for RLIMIT_NPROC to the real root and to those who may exceed limits
// (kernel/fork.c, copy_process); but root of a user namespace is somebody else outside of it.
bool exempt_from_nproc(const std::string& root) {
  std::istringstream first_map(read_text(root + "/proc/self/uid_map").value_or("0 0 4294967295"));
  std::uint64_t inside = 0, outside = 0, length = 0;
  first_map >> inside >> outside >> length;
  if (length != 4294967295U) return false;
  return read_entry(root + "/proc/self/status", "Uid") == 0U ||
         (effective_capabilities(root) & (cap_sys_admin | cap_sys_resource)) != 0;
}

// Threads of the processes that run under our real user id.
std::uint64_t tasks_of_this_user(const std::string& root) {
  const auto user = read_entry(root + "/proc/self/status", "Uid");
  std::uint64_t tasks = 0;
  for (const std::string& name : names_in(root + "/proc")) {
    if (!leading_number(name)) continue;
    const std::string status = root + "/proc/" + name + "/status";
    if (read_entry(status, "Uid") == user) tasks += read_entry(status, "Threads").value_or(0);
  }
  return tasks;
}

// A machine without a single task to spare can start no shell to end what fills it, and other
// programs start tasks too while ours are counted: 64 stay free, of a small number an eighth.
Limit with_reserve(Limit limit) {
  if (limit.value != endless) limit.value -= std::min<std::uint64_t>(limit.value / 8, 64);
  return limit;
}

Limit tasks(const std::string& root) {
  Tightest limit;
  const auto running = running_tasks(root);
  // Numbers below 300 are not given out again once they have been (RESERVED_PIDS, kernel/pid.c).
  constexpr std::uint64_t reserved_pids = 300;
  if (const auto pid_max = read_number(root + "/proc/sys/kernel/pid_max")) {
    limit.add("kernel.pid_max", rest(*pid_max, reserved_pids), running);
  }
  limit.add("kernel.threads-max", read_number(root + "/proc/sys/kernel/threads-max"), running);
  for (const std::string& group : cgroup_directories("pids", root)) {
    limit.add("cgroup pids.max", read_number(group + "/pids.max"),
              read_number(group + "/pids.current"));
  }
  const auto most = soft_limit("Max processes", root);
  if (most && *most != endless && !exempt_from_nproc(root)) {
    limit.add("RLIMIT_NPROC", most, tasks_of_this_user(root));
  }
  return with_reserve(limit.get());
}

Limit maps(const std::string& root) {
  const auto mapped = read_text(root + "/proc/self/maps");
  Tightest limit;
  limit.add("vm.max_map_count", read_number(root + "/proc/sys/vm/max_map_count"),
            mapped ? std::count(mapped->begin(), mapped->end(), '\n') : 0);
  return limit.get();
}

Limit descriptors(const std::string& root) {
  Tightest limit;
  limit.add("RLIMIT_NOFILE", soft_limit("Max open files", root),
            names_in(root + "/proc/self/fd").size());
  return limit.get();
}

// Of what a group uses, the file cache that nothing has touched lately is dropped on demand.
std::optional<std::uint64_t> firmly_used(const std::string& group) {
  auto used = read_number(group + "/memory.current");
  auto cache = read_entry(group + "/memory.stat", "inactive_file");
  if (!used) {
    used = read_number(group + "/memory.usage_in_bytes");
    cache = read_entry(group + "/memory.stat", "total_inactive_file");
  }
  if (used) used = rest(*used, cache.value_or(0));
  return used;
}

Limit memory(const std::string& root) {
  Tightest limit;
  if (const auto kibibytes = read_entry(root + "/proc/meminfo", "MemAvailable")) {
    limit.add("MemAvailable", *kibibytes * 1024, 0);
  }
  for (const std::string& group : cgroup_directories("memory", root)) {
    auto most = read_number(group + "/memory.max");
    if (!most) most = read_number(group + "/memory.limit_in_bytes");
    limit.add("cgroup memory.max", most, firmly_used(group));
  }
  return limit.get();
}

// glibc gives a thread as much stack as RLIMIT_STACK said when the program began, and 2 MiB if that
// was unlimited (ARCH_STACK_DEFAULT_SIZE in nptl's pthreaddef.h of x86-64, AArch64 and RISC-V).
std::uint64_t thread_stack(const std::string& root) {
  constexpr std::uint64_t for_unlimited = std::uint64_t{2} << 20;
  const std::uint64_t limit = soft_limit("Max stack size", root).value_or(endless);
  if (limit == endless) return for_unlimited;
  return std::max(limit, static_cast<std::uint64_t>(sysconf(_SC_THREAD_STACK_MIN)));
}

}  // namespace

Limits read_limits(const std::string& root) {
  return {.tasks = tasks(root),
          .maps = maps(root),
          .descriptors = descriptors(root),
          .memory_bytes = memory(root),
          .thread_stack_bytes = thread_stack(root)};
}

}  // namespace concbench
