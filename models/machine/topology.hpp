// What the machine is made of, and where workers are laid on it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace concbench {

// A logical CPU and where it sits. Numbers are indices in this topology except `cpu`.
struct Pu {
  int cpu;       // the operating system's number
  int core;      // physical core; PUs with the same core are SMT siblings
  int sibling;   // 0 for the first PU of a core, 1 for the second, …
  int package;   // -1 if unknown; 0 where the machine tells of none at all
  int numa;      // the first of the memory nodes that are local to it, or -1 if unknown
  int l3;        // L3 cache, or -1 without one
  int kind;      // of its core: 0 is the least powerful; all 0 where cores are alike
  bool allowed;  // online, and in this process's affinity mask
  // The part of the machine that it is in at each of the topology's levels, or -1 where in none.
  std::vector<int> above;
};

struct Cache {
  int level;
  std::uint64_t size_bytes;
  std::vector<int> cpus;  // that share it
};

struct Topology {
  int packages = 0, numa_nodes = 0, cores = 0, core_kinds = 1;
  // What holds cores, from the outermost in, as hwloc calls it: "Package", "NUMANode", "Die",
  // "Group" (a cluster of cores, say), "L3Cache", … Packages and nodes are always among them.
  std::vector<std::string> levels;
  std::vector<Pu> pus;       // in hwloc's logical order, the allowed and the others
  std::vector<int> offline;  // CPUs that are switched off; where they sit is not known
  std::vector<Cache> caches;
  std::optional<double> quota_cpus;  // the cgroup's CPU quota, in CPUs
  std::string source;                // "this machine", "synthetic:…", "xml:FILE"

  std::vector<int> allowed() const;
  // Distinct physical cores with an allowed PU, and the quota if that is less (at least 1).
  int usable_cores() const;
};

// How workers are laid on the allowed CPUs. Each is deterministic.
enum class Layout {
  compact,  // distinct cores, in as few parts of the machine as can hold them, at the outermost
            // level first (packages, nodes, … L3 caches), of one core kind if possible, the
            // powerful first
  spread,   // distinct cores, in turn over the parts of the outermost level, within these over
            // those of the next, …
  smt,      // as few cores as can hold them, siblings side by side; these cores as in compact
};
std::string_view name_of(Layout layout);
enum class CoreKind { any, performance, efficiency };  // the most and the least powerful kind

struct PlacementRequest {
  int workers = 0;  // 0: as many as the layout (or `cpus`) and the quota have room for
  Layout layout = Layout::compact;
  CoreKind kind = CoreKind::any;
  std::vector<int> cpus;       // named logical CPUs, used in this order; empty: the layout chooses
  bool oversubscribe = false;  // more workers than cores or quota: CPUs are reused in turn
};

struct Placement {
  Layout layout;
  bool oversubscribed = false;
  std::vector<Pu> workers;  // one PU a worker

  std::vector<int> cpus() const;
};

// The machine cannot do what was asked; the message says what it has (exit 5).
struct Impossible : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// This machine, intersected with the affinity mask and the cgroup's quota. Removes HWLOC_* from the
// environment, which can show hwloc another machine than this one.
Topology discover();
// A described machine: "synthetic:Package:2 Core:4 PU:2" or "xml:FILE", with every CPU allowed that
// the description does not call disallowed. hwloc may crash on a bad description, so it is parsed
// in a child process; std::invalid_argument says what was wrong. To be called before any thread is
// started, since it forks.
Topology describe_machine(const std::string& from);

// Lays workers on cores; throws Impossible, or std::invalid_argument for what no machine could do
// (a CPU named twice, a nonsensical number of workers).
Placement place(const Topology& topology, const PlacementRequest& request);

// "0-3,8": CPUs in ascending order as Linux writes them.
std::string cpu_list(std::vector<int> cpus);

}  // namespace concbench
