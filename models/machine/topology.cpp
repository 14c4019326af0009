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
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

#include "models/machine/affinity.hpp"
#include "models/machine/quota.hpp"
#include "models/machine/system_file.hpp"
#include "models/machine/topology_wire.hpp"

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
    if (hwloc_bitmap_isset(node->cpuset, pu->os_index)) return index_or(node, -1);
  }
  return -1;
}

// The depth of the parts of the machine that NUMA nodes are attached to, the outermost if these
// differ.
int depth_of_nodes(hwloc_topology_t tree) {
  int depth = hwloc_topology_get_depth(tree);
  hwloc_obj_t node = nullptr;
  while ((node = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_NUMANODE, node))) {
    if (hwloc_bitmap_iszero(node->cpuset)) continue;  // memory without CPUs
    hwloc_obj_t holder = node->parent;
    while (hwloc_obj_type_is_memory(holder->type)) holder = holder->parent;
    depth = std::min(depth, holder->depth);
  }
  return depth;
}

// hwloc makes groups for NUMA nodes that nothing else has the CPUs of; they are the nodes again.
bool stands_for_nodes(hwloc_topology_t tree, int depth) {
  hwloc_obj_t object = nullptr;
  while ((object = hwloc_get_next_obj_by_depth(tree, depth, object))) {
    if (object->type != HWLOC_OBJ_GROUP || object->memory_arity == 0) return false;
  }
  return true;
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
  const bool packages = hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_PACKAGE) > 0;
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
                           .package = packages ? index_or(up(HWLOC_OBJ_PACKAGE), -1) : 0,
                           .numa = numa_of(tree, pu),
                           .l3 = index_or(up(HWLOC_OBJ_L3CACHE), -1),
                           .kind = kind_of(tree, pu),
                           .allowed = hwloc_bitmap_isset(allowed, pu->os_index) != 0,
                           .above = {}});
  }
  machine.cores = cores + without_core;
}

// Adds a level; `part_of` says which of its parts a PU is in.
template <class PartOf>
void add_level(Topology& machine, const char* name, const PartOf& part_of) {
  machine.levels.emplace_back(name);
  for (Pu& pu : machine.pus) pu.above.push_back(part_of(pu));
}

// hwloc's tree from the machine down to the cores, with NUMA nodes where they belong in it.
void read_levels(hwloc_topology_t tree, Topology& machine) {
  const int nodes = depth_of_nodes(tree);
  if (hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_PACKAGE) == 0) {
    add_level(machine, hwloc_obj_type_string(HWLOC_OBJ_PACKAGE), std::mem_fn(&Pu::package));
  }
  const int end = std::min(hwloc_get_type_or_below_depth(tree, HWLOC_OBJ_CORE),
                           hwloc_get_type_depth(tree, HWLOC_OBJ_PU));
  for (int depth = 0; depth < end; ++depth) {
    if (depth > 0 && !stands_for_nodes(tree, depth)) {
      hwloc_obj_t pu = nullptr;  // hwloc's, in the same order as ours
      add_level(machine, hwloc_obj_type_string(hwloc_get_depth_type(tree, depth)), [&](const Pu&) {
        pu = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_PU, pu);
        // Where there is none, hwloc gives the next one out.
        const hwloc_obj_t holder = hwloc_get_ancestor_obj_by_depth(tree, depth, pu);
        return holder->depth == depth ? index_or(holder, -1) : -1;
      });
    }
    if (depth == std::min(nodes, end - 1)) {
      add_level(machine, hwloc_obj_type_string(HWLOC_OBJ_NUMANODE), std::mem_fn(&Pu::numa));
    }
  }
}

// hwloc may find siblings of one core to be of different kinds: the core is of the most powerful,
// or of none that is known if one is not known.
void unite_kinds(Topology& machine) {
  std::map<int, int> of_core;
  for (const Pu& pu : machine.pus) {
    int& kind = of_core.try_emplace(pu.core, pu.kind).first->second;
    kind = std::min(kind, pu.kind) < 0 ? -1 : std::max(kind, pu.kind);
  }
  for (Pu& pu : machine.pus) pu.kind = of_core[pu.core];
}

// Makes the kinds that occur 0, 1, …, or all 0 if some cannot be ranked.
void rank_kinds(Topology& machine) {
  unite_kinds(machine);
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
  read_levels(tree, machine);
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

// What cpusets and taskset leave. To be asked before hwloc, which goes on asking for ever where a
// filter denies sched_getaffinity.
std::vector<int> allowed_or_impossible() try {
  return os::allowed_cpus();
} catch (const std::system_error& error) {
  throw Impossible(fmt::format("{} (sched_getaffinity); no worker can be placed", error.what()));
}

// ---- the disposable child ---------------------------------------------------------------------

// Descriptions of 8192 CPUs take a second and 100 MB, so that only a nonsensical one meets these.
// CPU time, since on a busy machine the clock on the wall says nothing of a description.
constexpr rlim_t most_cpu_seconds = 4;
constexpr std::size_t child_memory = std::size_t{320} << 20;
constexpr std::size_t longest_description = std::size_t{16} << 20;
constexpr std::size_t longest_answer = std::size_t{64} << 20;
// How long the child may sleep: for a file that is a pipe into which nobody writes.
constexpr std::chrono::seconds patience{5};

constexpr std::string_view synthetic = "synthetic:", xml = "xml:", refused = "refused: ";

// Never above what is in force.
void limit(int resource, rlim_t soft, rlim_t hard) {
  rlimit now;
  if (getrlimit(resource, &now) != 0) return;
  const rlimit lower{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  setrlimit(resource, &lower);
}

rlim_t child_cpu_seconds() {
  rlimit ours;
  return getrlimit(RLIMIT_CPU, &ours) == 0 ? std::min(most_cpu_seconds, ours.rlim_max)
                                           : most_cpu_seconds;
}

void confine() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGXCPU}) {
    std::signal(signal, SIG_DFL);
  }
  limit(RLIMIT_CORE, 0, 0);
  // One second later comes SIGKILL, which no mask can hold off.
  limit(RLIMIT_CPU, child_cpu_seconds(), child_cpu_seconds() + 1);
  const std::size_t pages = read_number("/proc/self/statm").value_or(0);
  const rlim_t space = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + child_memory;
  limit(RLIMIT_AS, space, space);
}

// The version of hwloc's format that a file is in: "3.0" of <topology version="3.0">.
std::string format_of(std::string_view text) {
  constexpr std::string_view before = "<topology version=\"";
  const auto at = text.find(before);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + before.size());
  return std::string(text.substr(0, std::min(text.find('"'), std::size_t{16})));
}

std::string why_not(std::string_view text) {
  const unsigned here = hwloc_get_api_version() >> 16;
  const std::string format = format_of(text);
  const std::string lstopo = "write it with lstopo";
  if (std::strtoul(format.c_str(), nullptr, 10) > here) {
    return fmt::format(
        "is in version {} of hwloc's format, which is newer than the hwloc here: it reads up to "
        "version {}; {} --export-xml-flags v{}",
        format, here, lstopo, here);
  }
  // Without libxml2, hwloc reads neither comments nor other layouts.
  return "is not a description of a machine that hwloc understands; " + lstopo;
}

// What the child has to say: the machine in words for the pipe, or why it refuses it.
std::string parse(const std::string& from) {
  const Tree tree = new_tree();
  if (from.starts_with(synthetic)) {
    const std::string description = from.substr(synthetic.size());
    check(hwloc_topology_set_synthetic(tree.get(), description.c_str()) == 0,
          "does not understand");
    return to_wire(read_tree(tree.get()));
  }
  // Read here and not by hwloc, since a pipe can be read but once.
  const std::string text = read_text(from.substr(xml.size()), longest_description).value_or("");
  try {
    const int size = static_cast<int>(std::min<std::size_t>(text.size() + 1, INT_MAX));
    check(hwloc_topology_set_xmlbuffer(tree.get(), text.c_str(), size) == 0, "does not understand");
    return to_wire(read_tree(tree.get()));
  } catch (const std::runtime_error&) {
    return fmt::format("{}{}", refused, why_not(text));
  }
}

[[noreturn]] void parse_and_exit(const std::string& from, int pipe_end) {
  confine();
  // hwloc explains itself on stderr in terms of its own calls.
  if (!std::freopen("/dev/null", "w", stderr)) _exit(1);
  std::string answer;
  try {
    answer = parse(from);
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

// Whether a process waits for something rather than for its turn on a CPU.
bool sleeps(pid_t process) {
  const std::string line = read_line(fmt::format("/proc/{}/stat", process)).value_or("");
  const auto name_end = line.rfind(')');  // "123 (name) S …"
  return name_end == std::string::npos || line.substr(name_end + 1, 2) == " S";
}

// All that comes out of the pipe before its other end is closed; nothing if it is far too much, or
// if the child sleeps too long over it.
std::optional<std::string> listen(pid_t child, int pipe_end) {
  using Clock = std::chrono::steady_clock;
  auto awake = Clock::now();
  std::string text;
  for (char buffer[65536];;) {
    pollfd ready{pipe_end, POLLIN, 0};
    const int readable = poll(&ready, 1, 100);
    if (readable < 0 && errno != EINTR) return std::nullopt;
    if (readable <= 0) {
      if (!sleeps(child)) awake = Clock::now();
      if (Clock::now() - awake > patience) return std::nullopt;
      continue;
    }
    const ssize_t more = read(pipe_end, buffer, sizeof buffer);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(more));
    if (text.size() > longest_answer) return std::nullopt;
  }
}

// What became of a description without a sound answer.
std::string complaint(const std::optional<std::string>& answer, int status) {
  if (!answer) {
    return fmt::format(
        "gave hwloc nothing to read for more than {} s, or makes a machine of more "
        "than {} MiB of text",
        patience.count(), longest_answer >> 20);
  }
  if (answer->starts_with(refused)) return answer->substr(refused.size());
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)) {
    return fmt::format("took hwloc more than {} s of CPU time to describe", child_cpu_seconds());
  }
  if (WIFSIGNALED(status)) {
    return fmt::format(
        "makes hwloc crash: it is no sound description of a machine, or one that needs "
        "more than {} MiB",
        child_memory >> 20);
  }
  return "is not a description of a machine that hwloc understands";
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
  const std::vector<int> allowed = allowed_or_impossible();
  const Tree tree = new_tree();
  Topology machine = read_tree(tree.get());
  for (Pu& pu : machine.pus) pu.allowed = std::ranges::binary_search(allowed, pu.cpu);
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
  const auto answer = child < 0 ? std::nullopt : listen(child, ends[0]);
  close(ends[0]);
  if (child < 0) throw std::runtime_error("cannot fork a process to parse the description");
  if (!answer) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }

  auto machine = answer ? from_wire(*answer) : std::nullopt;
  if (!machine) throw bad(complaint(answer, status));
  machine->source = from;
  return *machine;
}

}  // namespace concbench
