#include "models/machine/topology.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hwloc.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>

#include "models/machine/cgroup.hpp"
#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

// ---- hwloc's tree → our tables ----------------------------------------------------------------

using Tree = std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)>;

void check(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(fmt::format("hwloc {}", what));
}

// hwloc obeys variables that replace, filter or crash its discovery.
void forget_hwloc_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("HWLOC_")) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

// A tree that still has to be told what to load.
Tree new_tree() {
  forget_hwloc_variables();
  hwloc_topology_t raw = nullptr;
  check(hwloc_topology_init(&raw) == 0, "cannot be initialised");
  Tree tree(raw, hwloc_topology_destroy);
  // CPUs that this process may not use are part of the machine too.
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  return tree;
}

std::vector<int> members(hwloc_const_bitmap_t set) {
  std::vector<int> cpus;
  // An infinite set, which a bad description can contain, has no last member.
  if (hwloc_bitmap_weight(set) < 0) return cpus;
  for (int cpu = hwloc_bitmap_first(set); cpu >= 0; cpu = hwloc_bitmap_next(set, cpu)) {
    cpus.push_back(cpu);
  }
  return cpus;
}

int index_or(hwloc_obj_t object, int otherwise) {
  return object ? static_cast<int>(object->logical_index) : otherwise;
}

int numa_of(hwloc_topology_t tree, hwloc_obj_t pu) {
  hwloc_obj_t node = nullptr;
  while ((node = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_NUMANODE, node))) {
    if (hwloc_bitmap_isset(node->cpuset, pu->os_index)) return index_or(node, 0);
  }
  return 0;
}

// The rank of the PU's core kind; -1 where hwloc cannot tell which kind is the more powerful.
int kind_of(hwloc_topology_t tree, hwloc_obj_t pu) {
  const int index = hwloc_cpukinds_get_by_cpuset(tree, pu->cpuset, 0);
  int rank = -1;
  if (index < 0) return -1;
  if (hwloc_cpukinds_get_info(tree, static_cast<unsigned>(index), nullptr, &rank, nullptr, nullptr,
                              0) != 0) {
    return -1;
  }
  return rank;
}

void read_pus(hwloc_topology_t tree, Topology& machine) {
  const auto allowed = hwloc_topology_get_allowed_cpuset(tree);
  int without_core = 0, core_before = -1, siblings = 0;
  const int cores = std::max(hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_CORE), 0);
  hwloc_obj_t pu = nullptr;
  while ((pu = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_PU, pu))) {
    const auto up = [&](hwloc_obj_type_t type) {
      return hwloc_get_ancestor_obj_by_type(tree, type, pu);
    };
    // Some virtual machines tell of no cores; then each PU is taken for one.
    const hwloc_obj_t parent = up(HWLOC_OBJ_CORE);
    const int core = parent ? index_or(parent, 0) : cores + without_core++;
    siblings = core == core_before ? siblings + 1 : 0;
    core_before = core;
    machine.pus.push_back({.cpu = static_cast<int>(pu->os_index),
                           .core = core,
                           .sibling = siblings,
                           .package = index_or(up(HWLOC_OBJ_PACKAGE), 0),
                           .numa = numa_of(tree, pu),
                           .l3 = index_or(up(HWLOC_OBJ_L3CACHE), -1),
                           .kind = kind_of(tree, pu),
                           .allowed = hwloc_bitmap_isset(allowed, pu->os_index) != 0});
  }
  machine.cores = cores + without_core;
}

// Makes the kinds that occur 0, 1, …, or all 0 if some cannot be ranked.
void rank_kinds(Topology& machine) {
  std::set<int> ranks;
  for (const Pu& pu : machine.pus) ranks.insert(pu.kind);
  if (ranks.contains(-1)) ranks.clear();
  for (Pu& pu : machine.pus) {
    const auto found = ranks.find(pu.kind);
    pu.kind = found == ranks.end() ? 0 : static_cast<int>(std::distance(ranks.begin(), found));
  }
  machine.core_kinds = std::max<int>(1, static_cast<int>(ranks.size()));
}

void read_caches(hwloc_topology_t tree, Topology& machine) {
  for (const auto type : {HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L3CACHE,
                          HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L1CACHE}) {
    hwloc_obj_t cache = nullptr;
    while ((cache = hwloc_get_next_obj_by_type(tree, type, cache))) {
      machine.caches.push_back({.level = static_cast<int>(cache->attr->cache.depth),
                                .size_bytes = cache->attr->cache.size,
                                .cpus = members(cache->cpuset)});
    }
  }
}

Topology read_tree(hwloc_topology_t tree) {
  check(hwloc_topology_load(tree) == 0, "cannot load the machine's topology");
  Topology machine;
  read_pus(tree, machine);
  check(!machine.pus.empty(), "found no CPU");
  rank_kinds(machine);
  read_caches(tree, machine);
  machine.packages = std::max(1, hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_PACKAGE));
  machine.numa_nodes = std::max(1, hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_NUMANODE));
  std::set<int> online;
  for (const Pu& pu : machine.pus) online.insert(pu.cpu);
  for (const int cpu : members(hwloc_topology_get_complete_cpuset(tree))) {
    if (!online.contains(cpu)) machine.offline.push_back(cpu);
  }
  return machine;
}

// The affinity mask, which cpusets and taskset narrow. A mask too short for the machine's CPUs is
// refused with EINVAL, so it is doubled until it fits.
std::vector<bool> affinity_mask() {
  for (std::size_t size = 1024;; size *= 2) {
    std::vector<cpu_set_t> sets(CPU_ALLOC_SIZE(size) / sizeof(cpu_set_t) + 1);
    const std::size_t bytes = sets.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, sets.data()) == 0) {
      std::vector<bool> mask(bytes * 8);
      for (std::size_t cpu = 0; cpu < mask.size(); ++cpu) {
        mask[cpu] = CPU_ISSET_S(cpu, bytes, sets.data()) != 0;
      }
      return mask;
    }
    if (errno != EINVAL || size > (1U << 22)) {
      throw std::runtime_error(fmt::format("sched_getaffinity: {}", std::strerror(errno)));
    }
  }
}

// ---- through the pipe -------------------------------------------------------------------------

// The child's words to its parent: counts, one line a PU, an offline CPU and a cache, then "end".
// A child that dies on the way leaves a text without that end.
std::string to_wire(const Topology& machine) {
  std::string text = fmt::format("{} {} {} {} {} {} {}\n", machine.packages, machine.numa_nodes,
                                 machine.cores, machine.core_kinds, machine.pus.size(),
                                 machine.offline.size(), machine.caches.size());
  for (const Pu& pu : machine.pus) {
    text += fmt::format("{} {} {} {} {} {} {} {:d}\n", pu.cpu, pu.core, pu.sibling, pu.package,
                        pu.numa, pu.l3, pu.kind, pu.allowed);
  }
  for (const int cpu : machine.offline) text += fmt::format("{}\n", cpu);
  for (const Cache& cache : machine.caches) {
    text += fmt::format("{} {} {}", cache.level, cache.size_bytes, cache.cpus.size());
    for (const int cpu : cache.cpus) text += fmt::format(" {}", cpu);
    text += '\n';
  }
  return text + "end\n";
}

bool sound(const Topology& machine) {
  const auto within = [](int index, int count) { return index >= 0 && index < count; };
  std::set<int> cpus;
  for (const Pu& pu : machine.pus) {
    const bool fits = pu.cpu >= 0 && cpus.insert(pu.cpu).second && within(pu.core, machine.cores) &&
                      pu.sibling >= 0 && within(pu.package, machine.packages) &&
                      within(pu.numa, machine.numa_nodes) && pu.l3 >= -1 &&
                      within(pu.kind, machine.core_kinds);
    if (!fits) return false;
  }
  return !cpus.empty();
}

std::optional<Topology> from_wire(const std::string& text) {
  std::istringstream in(text);
  Topology machine;
  std::size_t pus = 0, offline = 0, caches = 0;
  in >> machine.packages >> machine.numa_nodes >> machine.cores >> machine.core_kinds >> pus >>
      offline >> caches;
  // No count can exceed the length of the text that lists the things counted.
  if (!in || std::max({pus, offline, caches}) > text.size()) return std::nullopt;
  machine.pus.resize(pus);
  for (Pu& pu : machine.pus) {
    in >> pu.cpu >> pu.core >> pu.sibling >> pu.package >> pu.numa >> pu.l3 >> pu.kind >>
        pu.allowed;
  }
  machine.offline.resize(offline);
  for (int& cpu : machine.offline) in >> cpu;
  machine.caches.resize(caches);
  for (Cache& cache : machine.caches) {
    std::size_t sharers = 0;
    in >> cache.level >> cache.size_bytes >> sharers;
    if (!in || sharers > text.size()) return std::nullopt;
    cache.cpus.resize(sharers);
    for (int& cpu : cache.cpus) in >> cpu;
  }
  std::string end;
  in >> end;
  if (!in || end != "end" || !sound(machine)) return std::nullopt;
  return machine;
}

// ---- the disposable child ---------------------------------------------------------------------

// Far above what the largest machines take (hundreds of CPUs: milliseconds and a few MB), so that
// only a hang or a nonsensical size meets them.
constexpr std::chrono::seconds patience{5};
constexpr std::size_t child_memory = std::size_t{1} << 30;
constexpr std::size_t longest_answer = std::size_t{64} << 20;

constexpr std::string_view synthetic = "synthetic:", xml = "xml:";

[[noreturn]] void parse_and_exit(const std::string& from, int pipe_end) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const std::size_t pages = read_number("/proc/self/statm").value_or(0);
  const rlim_t space = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + child_memory;
  const rlimit memory{space, space};
  setrlimit(RLIMIT_AS, &memory);
  // hwloc explains itself on stderr in terms of its own calls.
  if (!std::freopen("/dev/null", "w", stderr)) _exit(1);

  std::string answer;
  try {
    const Tree tree = new_tree();
    const bool taken =
        from.starts_with(xml)
            ? hwloc_topology_set_xml(tree.get(), from.c_str() + xml.size()) == 0
            : hwloc_topology_set_synthetic(tree.get(), from.c_str() + synthetic.size()) == 0;
    check(taken, "does not understand the description");
    answer = to_wire(read_tree(tree.get()));
  } catch (const std::exception&) {
    _exit(1);
  }
  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t more = write(pipe_end, answer.data() + sent, answer.size() - sent);
    if (more <= 0) _exit(1);
    sent += static_cast<std::size_t>(more);
  }
  _exit(0);
}

// All that comes out of the pipe before its other end is closed; nothing if that takes too long.
std::optional<std::string> listen(int pipe_end) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::string text;
  for (char buffer[65536];;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd ready{pipe_end, POLLIN, 0};
    if (left.count() <= 0 || text.size() > longest_answer) return std::nullopt;
    if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t more = read(pipe_end, buffer, sizeof buffer);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(more));
  }
}

// Why a file cannot be read, or "". It is not opened here, since a pipe can be read but once.
std::string trouble_with(const std::string& file) {
  if (file.empty()) return "it names no file";
  struct stat about;
  if (stat(file.c_str(), &about) != 0) return std::strerror(errno);
  if (S_ISDIR(about.st_mode)) return std::strerror(EISDIR);
  return access(file.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

}  // namespace

Topology discover() {
  const Tree tree = new_tree();
  Topology machine = read_tree(tree.get());
  const std::vector<bool> mask = affinity_mask();
  for (Pu& pu : machine.pus) {
    const auto cpu = static_cast<std::size_t>(pu.cpu);
    pu.allowed = cpu < mask.size() && mask[cpu];
  }
  machine.quota_cpus = cgroup_quota();
  machine.source = "this machine";
  return machine;
}

Topology describe_machine(const std::string& from) {
  const auto bad = [&](std::string_view why) {
    return std::invalid_argument(fmt::format("'{}' {}", from, why));
  };
  if (!from.starts_with(synthetic) && !from.starts_with(xml)) {
    throw bad("describes no machine: write synthetic:DESCRIPTION or xml:FILE");
  }
  if (from.starts_with(xml)) {
    const std::string trouble = trouble_with(from.substr(xml.size()));
    if (!trouble.empty()) throw bad("cannot be read: " + trouble);
  }

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t child = fork();
  if (child == 0) parse_and_exit(from, ends[1]);
  close(ends[1]);
  const auto answer = child < 0 ? std::nullopt : listen(ends[0]);
  close(ends[0]);
  if (child < 0) throw std::runtime_error("cannot fork a process to parse the description");
  kill(child, SIGKILL);  // one that still runs has nothing more to say
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }

  if (!answer) throw bad("took hwloc more than 5 s or 64 MB to describe");
  auto machine = from_wire(*answer);
  if (!machine) {
    const bool crashed = WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL;
    throw bad(crashed ? "makes hwloc crash: it is no sound description of a machine"
              // Without libxml2, hwloc reads neither comments nor other layouts.
              : from.starts_with("xml:")
                  ? "is no description of a machine that hwloc understands; write it with lstopo"
                  : "is no description of a machine that hwloc understands");
  }
  machine->source = from;
  return *machine;
}

}  // namespace concbench
