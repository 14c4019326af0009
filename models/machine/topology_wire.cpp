#include "models/machine/topology_wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace concbench {
namespace {

bool sound(const Topology& machine) {
  const auto within = [](int index, int count) { return index >= 0 && index < count; };
  const auto known_within = [&](int index, int count) {
    return index == -1 || within(index, count);
  };
  std::set<int> cpus;
  for (const Pu& pu : machine.pus) {
    const bool fits = pu.cpu >= 0 && cpus.insert(pu.cpu).second && within(pu.core, machine.cores) &&
                      pu.sibling >= 0 && known_within(pu.package, machine.packages) &&
                      known_within(pu.numa, machine.numa_nodes) && pu.l3 >= -1 &&
                      within(pu.kind, machine.core_kinds);
    if (!fits) return false;
  }
  return !cpus.empty();
}

}  // namespace

// Counts, one line each for the names of the levels, a PU, an offline CPU and a cache, then "end".
std::string to_wire(const Topology& machine) {
  std::string text = fmt::format("{} {} {} {} {} {} {} {}\n", machine.packages, machine.numa_nodes,
                                 machine.cores, machine.core_kinds, machine.levels.size(),
                                 machine.pus.size(), machine.offline.size(), machine.caches.size());
  for (const std::string& level : machine.levels) text += level + '\n';
  for (const Pu& pu : machine.pus) {
    text += fmt::format("{} {} {} {} {} {} {} {:d}", pu.cpu, pu.core, pu.sibling, pu.package,
                        pu.numa, pu.l3, pu.kind, pu.allowed);
    for (const int part : pu.above) text += fmt::format(" {}", part);
    text += '\n';
  }
  for (const int cpu : machine.offline) text += fmt::format("{}\n", cpu);
  for (const Cache& cache : machine.caches) {
    text += fmt::format("{} {} {}", cache.level, cache.size_bytes, cache.cpus.size());
    for (const int cpu : cache.cpus) text += fmt::format(" {}", cpu);
    text += '\n';
  }
  return text + "end\n";
}

std::optional<Topology> from_wire(const std::string& text) {
  std::istringstream in(text);
  Topology machine;
  std::size_t levels = 0, pus = 0, offline = 0, caches = 0;
  in >> machine.packages >> machine.numa_nodes >> machine.cores >> machine.core_kinds >> levels >>
      pus >> offline >> caches;
  // No count can exceed the length of the text that lists the things counted.
  if (!in || std::max({levels, pus, offline, caches}) > text.size()) return std::nullopt;
  if (levels * pus > text.size()) return std::nullopt;
  machine.levels.resize(levels);
  for (std::string& level : machine.levels) in >> level;
  machine.pus.resize(pus);
  for (Pu& pu : machine.pus) {
    in >> pu.cpu >> pu.core >> pu.sibling >> pu.package >> pu.numa >> pu.l3 >> pu.kind >>
        pu.allowed;
    pu.above.resize(levels);
    for (int& part : pu.above) in >> part;
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

}  // namespace concbench
