#include "cli/harness/environment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>
#include <sstream>
#include <string_view>

#include "models/machine/cgroup.hpp"
#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

const std::string cpu_folder = "/sys/devices/system/cpu/";

// The value of the first line of /proc/cpuinfo that begins with `key`: "model name : AMD EPYC".
std::optional<std::string> cpuinfo(std::string_view key, const std::string& root) {
  std::istringstream lines(read_text(root + "/proc/cpuinfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    if (line.substr(0, end + 1) != key) continue;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return std::nullopt;
}

// x86 and others name the model. Arm gives numbers, and the board's name in the device tree.
std::string cpu_model(const std::string& root) {
  for (const std::string_view key : {"model name", "cpu model", "cpu", "uarch"}) {
    if (const auto name = cpuinfo(key, root)) return *name;
  }
  std::string model;
  const auto implementer = cpuinfo("CPU implementer", root), part = cpuinfo("CPU part", root);
  if (implementer && part) {
    model = fmt::format("Arm (implementer {}, part {})", *implementer, *part);
  }
  auto board = read_line(root + "/proc/device-tree/model");
  if (!board || board->empty()) return model;
  while (!board->empty() && board->back() == '\0') board->pop_back();
  return model.empty() ? *board : model + ", " + *board;
}

bool has_word(const std::string& text, std::string_view word) {
  std::istringstream words(text);
  for (std::string each; words >> each;) {
    if (each == word) return true;
  }
  return false;
}

// Who presents the virtual hardware, or "". Each hypervisor shows itself somewhere else: Xen in
// /sys/hypervisor, most in the names of the mainboard, KVM in the clocks that it offers.
std::string hypervisor_name(const std::string& root) {
  if (const auto type = read_line(root + "/sys/hypervisor/type")) return *type;
  const std::string board = read_line(root + "/sys/class/dmi/id/sys_vendor").value_or("") + ' ' +
                            read_line(root + "/sys/class/dmi/id/product_name").value_or("");
  constexpr std::pair<std::string_view, std::string_view> boards[] = {
      {"KVM", "kvm"},
      {"QEMU", "qemu"},
      {"VMware", "vmware"},
      {"VirtualBox", "virtualbox"},
      {"Microsoft Corporation Virtual Machine", "hyperv"},
      {"Amazon EC2", "amazon"},
      {"Google Compute Engine", "google"},
      {"Parallels", "parallels"},
      {"Apple Virtualization", "apple"},
  };
  for (const auto& [words, name] : boards) {
    if (board.find(words) != std::string::npos) return std::string(name);
  }
  const auto clocks =
      read_line(root + "/sys/devices/system/clocksource/clocksource0/available_clocksource")
          .value_or("");
  if (has_word(clocks, "kvm-clock")) return "kvm";
  if (has_word(clocks, "hyperv_clocksource_tsc_page")) return "hyperv";
  const auto compatible = read_line(root + "/proc/device-tree/hypervisor/compatible").value_or("");
  return compatible.starts_with("linux,kvm") ? "kvm" : "";
}

// "none" where the CPU would tell of a hypervisor and does not.
std::optional<std::string> hypervisor(const std::string& root) {
  const auto flags = cpuinfo("flags", root);
  if (flags && !has_word(*flags, "hypervisor")) return "none";
  const std::string name = hypervisor_name(root);
  if (!name.empty()) return name;
  return flags ? std::optional<std::string>("unknown") : std::nullopt;
}

// "performance", or every governor in use if CPUs differ: "performance, powersave".
std::optional<std::string> governor(const std::string& root) {
  const auto of = [&](int cpu) {
    return read_line(fmt::format("{}{}cpu{}/cpufreq/scaling_governor", root, cpu_folder, cpu));
  };
  // Offline CPUs have none, so that a gap is no end.
  const auto possible = read_line(root + cpu_folder + "possible").value_or("0");
  const auto last = leading_number(possible.substr(possible.find_last_of(",-") + 1)).value_or(0);
  std::set<std::string> found;
  for (int cpu = 0; cpu <= static_cast<int>(std::min<std::uint64_t>(last, 65535)); ++cpu) {
    if (const auto name = of(cpu)) found.insert(*name);
  }
  if (found.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(found, ", "));
}

std::optional<bool> flag(const std::string& path) {
  const auto value = read_number(path);
  return value ? std::optional(*value != 0) : std::nullopt;
}

std::optional<bool> boost(const std::string& root) {
  if (const auto no_turbo = flag(root + cpu_folder + "intel_pstate/no_turbo")) return !*no_turbo;
  return flag(root + cpu_folder + "cpufreq/boost");
}

// Of this process: `setarch -R` switches it off for one program only.
std::optional<bool> aslr(const std::string& root) {
  constexpr unsigned long addr_no_randomize = 0x0040000;  // <sys/personality.h>
  const auto personality = read_line(root + "/proc/self/personality").value_or("0");
  unsigned long bits = 0;
  std::from_chars(personality.data(), personality.data() + personality.size(), bits, 16);
  if (bits & addr_no_randomize) return false;
  return flag(root + "/proc/sys/kernel/randomize_va_space");
}

// Of this process, whatever the root.
std::optional<int> niceness() {
  errno = 0;
  const int value = getpriority(PRIO_PROCESS, 0);
  return errno == 0 ? std::optional(value) : std::nullopt;
}

std::optional<std::string> policy() {
  switch (sched_getscheduler(0)) {
    case SCHED_OTHER: return "other";
    case SCHED_FIFO: return "fifo";
    case SCHED_RR: return "rr";
    case SCHED_BATCH: return "batch";
    case SCHED_IDLE: return "idle";
    case -1: return std::nullopt;
    default: return "another";
  }
}

std::optional<double> load(const std::string& root) {
  std::istringstream text(read_text(root + "/proc/loadavg").value_or(""));
  double one_minute;
  return text >> one_minute ? std::optional(one_minute) : std::nullopt;
}

}  // namespace

Environment read_environment(const std::string& root) {
  Environment found;
  const auto or_note = [&found](auto value, const char* field, const char* why) {
    if (!value) found.notes[field] = why;
    return value;
  };
  const auto text = [&](std::optional<std::string> value, const char* field, const char* why) {
    if (value && value->empty()) value.reset();
    return or_note(value, field, why).value_or("");
  };
  found.host = text(read_line(root + "/proc/sys/kernel/hostname"), "host",
                    "/proc/sys/kernel/hostname cannot be read");
  found.kernel = text(read_line(root + "/proc/sys/kernel/osrelease"), "kernel",
                      "/proc/sys/kernel/osrelease cannot be read");
  found.cpu_model = text(cpu_model(root), "cpu_model", "/proc/cpuinfo names no model");
  found.hypervisor = or_note(hypervisor(root), "hypervisor",
                             "this kind of CPU does not say whether it is virtual");
  found.governor = or_note(governor(root), "governor",
                           "no cpufreq in /sys: the firmware or a hypervisor sets the frequency");
  found.microcode =
      or_note(cpuinfo("microcode", root), "microcode", "/proc/cpuinfo gives none: not an x86 CPU");
  found.boost =
      or_note(boost(root), "boost", "neither intel_pstate/no_turbo nor cpufreq/boost in /sys");
  found.smt = or_note(flag(root + cpu_folder + "smt/active"), "smt",
                      "/sys/devices/system/cpu/smt/active cannot be read");
  found.aslr = or_note(aslr(root), "aslr", "/proc/sys/kernel/randomize_va_space cannot be read");
  found.clocksource =
      or_note(read_line(root + "/sys/devices/system/clocksource/clocksource0/current_clocksource"),
              "clocksource", "no clocksource in /sys");
  found.cgroup = or_note(cgroup_path(root), "cgroup", "/proc/self/cgroup cannot be read");
  found.niceness = niceness();
  found.policy = policy();
  found.load_1min = or_note(load(root), "load_1min", "/proc/loadavg cannot be read");
  return found;
}

MachineInfo machine_info(const Topology& topology) {
  MachineInfo info;
  info.packages = topology.packages;
  info.numa = topology.numa_nodes;
  info.cores = topology.cores;
  info.pus = static_cast<int>(topology.pus.size());
  info.allowed = topology.allowed();
  info.quota_cpus = topology.quota_cpus;
  for (const Cache& cache : topology.caches) {
    const auto size = static_cast<std::int64_t>(cache.size_bytes);
    const auto same = std::find_if(info.caches.begin(), info.caches.end(), [&](const auto& each) {
      return each.level == cache.level && each.size_bytes == size;
    });
    if (same == info.caches.end()) {
      info.caches.push_back({.level = cache.level, .size_bytes = size, .count = 1});
    } else {
      ++same->count;
    }
  }
  return info;
}

std::optional<CpuTimes> cpu_times(const std::vector<int>& cpus, const std::string& root) {
  static const std::int64_t tick_ns = std::int64_t{1'000'000'000} / sysconf(_SC_CLK_TCK);
  std::set<int> missing(cpus.begin(), cpus.end());
  CpuTimes sum{0, 0};
  std::istringstream lines(read_text(root + "/proc/stat").value_or(""));
  for (std::string line; std::getline(lines, line) && !missing.empty();) {
    if (!line.starts_with("cpu") || line.starts_with("cpu ")) continue;
    std::istringstream fields(line.substr(3));
    // Guests' time is in user and nice already (fs/proc/stat.c).
    std::int64_t cpu, user, nice, system, idle, iowait, irq, softirq, steal;
    fields >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    if (!fields || missing.erase(static_cast<int>(cpu)) == 0) continue;
    sum.busy_ns += (user + nice + system + irq + softirq) * tick_ns;
    sum.steal_ns += steal * tick_ns;
  }
  return missing.empty() ? std::optional(sum) : std::nullopt;
}

}  // namespace concbench
