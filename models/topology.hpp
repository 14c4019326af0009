// What the machine is made of, and where workers are laid on it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace concbench {

// A logical CPU and where it sits. Numbers are indices in this topology except `cpu`.
struct Pu {
  int cpu;         // the operating system's number
  int core;        // physical core; PUs with the same core are SMT siblings
  int sibling;     // 0 for the first PU of a core, 1 for the second, …
  int package;
  int numa;
  int l3;          // last-level cache group, or -1 without one
  int kind;        // core kind: 0 is the least powerful; all 0 where cores are alike
  bool allowed;    // online, and in this process's affinity mask
};

struct Cache {
  int level;
  std::uint64_t size_bytes;
  std::vector<int> cpus;  // that share it
};

struct Topology {
  int packages = 0, numa_nodes = 0, cores = 0, core_kinds = 1;
  std::vector<Pu> pus;  // in hwloc's logical order, the allowed and the others
  std::vector<Cache> caches;
  std::optional<double> quota_cpus;  // the cgroup's CPU quota, in CPUs
  std::string source;                // "this machine", "synthetic:…", "xml:FILE"

  std::vector<int> allowed() const;
  // Distinct physical cores with an allowed PU, and the quota if that is less (at least 1).
  int usable_cores() const;
};

enum class Layout { compact, spread, smt };
enum class CoreKind { any, performance, efficiency };

struct PlacementRequest {
  int workers = 0;
  Layout layout = Layout::compact;
  CoreKind kind = CoreKind::any;
  std::vector<int> cpus;      // named logical CPUs; empty: the layout chooses
  bool oversubscribe = false;  // more workers than cores: CPUs are reused in turn
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

// This machine, intersected with the affinity mask and the cgroup's quota.
Topology discover();
// A described machine: "synthetic:Package:2 Core:4 PU:2" or "xml:FILE". hwloc may crash on a bad
// description, so it is parsed in a child process; std::invalid_argument says what was wrong.
Topology describe_machine(const std::string& from);

// Lays workers on cores; throws Impossible.
Placement place(const Topology& topology, const PlacementRequest& request);

}  // namespace concbench
