#include "models/machine/counters.hpp"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

struct Event {
  const char* name;
  std::uint32_t type;
  std::uint64_t config;
};

constexpr Event events[] = {
    {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    {"branch_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {"context_switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    {"migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    {"page_faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
};

int open_event(const Event& event, pid_t thread) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = event.type;
  attributes.config = event.config;
  attributes.inherit = 1;
  // With more hardware events than registers the kernel takes turns, and says for how long each
  // was counted.
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string why_not(const Event& event, int error) {
  if (error == ENOENT || error == ENODEV || error == EOPNOTSUPP) {
    return "this machine has no such counter (a virtual machine often has none)";
  }
  if (error == EACCES || error == EPERM) {
    return "not allowed: kernel.perf_event_paranoid, or a container without CAP_PERFMON";
  }
  return fmt::format("perf_event_open({}): {}", event.name, strerror(error));
}

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  for (const std::string& name : names_in(fmt::format("/proc/{}/task", pid))) {
    threads.push_back(std::stoi(name));
  }
  return threads;
}

// The packages' energy counters; their parts ("…:0:1") are in them.
std::vector<std::string> energy_zones() {
  std::vector<std::string> zones;
  const std::string all = "/sys/class/powercap";
  for (const std::string& name : names_in(all)) {
    const bool package = name.starts_with("intel-rapl:") && name.find(':', 11) == name.npos;
    const std::string counter = all + '/' + name + "/energy_uj";
    if (package && read_number(counter)) zones.push_back(counter);
  }
  return zones;
}

std::optional<std::int64_t> energy_uj(const std::vector<std::string>& zones) {
  if (zones.empty()) return {};
  std::int64_t sum = 0;
  for (const std::string& zone : zones) {
    const auto value = read_number(zone);
    if (!value) return {};
    sum += static_cast<std::int64_t>(*value);
  }
  return sum;
}

}  // namespace

Counters::Counters(pid_t pid) : energy_zones_(energy_zones()) {
  const std::vector<pid_t> threads = threads_of(pid);
  for (const Event& event : events) {
    std::vector<int>& files = files_[event.name];
    for (const pid_t thread : threads) {
      const int file = open_event(event, thread);
      if (file < 0) {
        notes_[event.name] = why_not(event, errno);
        break;
      }
      files.push_back(file);
    }
  }
  energy_before_ = energy_uj(energy_zones_);
  if (!energy_before_) {
    notes_["energy_uj"] = "no readable energy counter (/sys/class/powercap/intel-rapl:*)";
  }
}

std::vector<std::string> Counters::hardware_names() {
  std::vector<std::string> names;
  for (const Event& event : events) {
    if (event.type == PERF_TYPE_HARDWARE) names.emplace_back(event.name);
  }
  return names;
}

Counters::~Counters() {
  for (const auto& [name, files] : files_) {
    for (const int file : files) close(file);
  }
}

std::optional<std::int64_t> Counters::sum(const std::vector<int>& files) const {
  std::int64_t sum = 0;
  for (const int file : files) {
    struct {
      std::uint64_t count, enabled, running;
    } value;
    if (::read(file, &value, sizeof value) != sizeof value) return {};
    if (value.enabled > 0 && value.running == 0) return {};
    const double whole = value.running == 0 ? 1
                                            : static_cast<double>(value.enabled) /
                                                  static_cast<double>(value.running);
    sum += static_cast<std::int64_t>(static_cast<double>(value.count) * whole);
  }
  return sum;
}

std::map<std::string, std::optional<std::int64_t>> Counters::read() const {
  std::map<std::string, std::optional<std::int64_t>> counts;
  for (const auto& [name, files] : files_) {
    counts[name] = notes_.contains(name) ? std::nullopt : sum(files);
  }
  const auto now = energy_uj(energy_zones_);
  // The counter begins anew at its end: that once is not counted.
  counts["energy_uj"] = now && energy_before_ && *now >= *energy_before_
                            ? std::optional(*now - *energy_before_)
                            : std::nullopt;
  return counts;
}

}  // namespace concbench
