#include "cli/commands/topo.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "cli/exit_codes.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/line_latency.hpp"

namespace concbench {
namespace {

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

// "32 MiB"; caches are whole numbers of kibibytes.
std::string size_text(std::uint64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  return kib < 1024 ? fmt::format("{:g} KiB", kib) : fmt::format("{:.4g} MiB", kib / 1024);
}

std::string l3_size(const Topology& machine, const Pu& pu) {
  for (const Cache& cache : machine.caches) {
    if (cache.level != 3 || cache.size_bytes == 0) continue;
    for (const int cpu : cache.cpus) {
      if (cpu == pu.cpu) return fmt::format(" ({})", size_text(cache.size_bytes));
    }
  }
  return "";
}

std::string kind_text(const Topology& machine, const Pu& pu) {
  if (machine.core_kinds == 1) return "";
  if (pu.kind == machine.core_kinds - 1) return "performance  ";
  return pu.kind == 0 ? "efficiency   " : fmt::format("kind {}       ", pu.kind);
}

// "CPU 3", in brackets if it may not be used, and the workers on it.
std::string cpu_text(const Pu& pu, const std::multimap<int, std::size_t>& workers) {
  std::string text = pu.allowed ? fmt::format("CPU {}", pu.cpu) : fmt::format("(CPU {})", pu.cpu);
  const auto [first, last] = workers.equal_range(pu.cpu);
  for (auto each = first; each != last; ++each) {
    text += fmt::format("{}{}", each == first ? " = worker " : ", ", each->second);
  }
  return text;
}

// A part of the machine that is drawn, or nothing for one that groups no cores worth a line.
std::optional<std::string> part_text(const Topology& machine, const Pu& pu, std::size_t level) {
  static const std::map<std::string, std::string_view> drawn{{"Package", "package"},
                                                             {"NUMANode", "NUMA node"},
                                                             {"Die", "die"},
                                                             {"Group", "group"},
                                                             {"L3Cache", "L3 cache"}};
  const auto name = drawn.find(machine.levels[level]);
  if (name == drawn.end()) return std::nullopt;
  const int part = pu.above[level];
  if (part >= 0) {
    return fmt::format("{} {}{}", name->second, part,
                       name->first == "L3Cache" ? l3_size(machine, pu) : "");
  }
  const bool everywhere = name->first == "Package" || name->first == "NUMANode";
  return everywhere ? std::optional(fmt::format("{} unknown", name->second)) : std::nullopt;
}

// The parts of the machine that hold a PU, outermost first, as lines of the tree.
std::vector<std::string> places(const Topology& machine, const Pu& pu) {
  std::vector<std::string> lines;
  for (std::size_t level = 0; level < machine.levels.size(); ++level) {
    if (auto line = part_text(machine, pu, level)) lines.push_back(std::move(*line));
  }
  return lines;
}

std::string tree(const Topology& machine, const Placement& placement) {
  std::multimap<int, std::size_t> workers;
  for (std::size_t i = 0; i < placement.workers.size(); ++i) {
    workers.emplace(placement.workers[i].cpu, i);
  }
  std::string text;
  std::vector<std::string> open;  // the levels that the previous PU was in
  int core = -1;
  for (const Pu& pu : machine.pus) {
    const auto now = places(machine, pu);
    bool differs = false;
    for (std::size_t level = 0; level < now.size(); ++level) {
      differs = differs || level >= open.size() || now[level] != open[level];
      if (differs) text += fmt::format("\n{:{}}{}", "", 2 * level, now[level]);
    }
    open = now;
    text += pu.core == core ? "   "
                            : fmt::format("\n{:{}}core {:<4}{}", "", 2 * now.size(), pu.core,
                                          kind_text(machine, pu));
    text += cpu_text(pu, workers);
    core = pu.core;
  }
  return text + '\n';
}

Json known(int index) { return index < 0 ? Json() : Json(index); }

}  // namespace

std::string topo_text(const Topology& machine, const Placement& placement) {
  const auto allowed = machine.allowed();
  std::string text = fmt::format("{}: {}, {}, {}, {}\n", machine.source,
                                 counted(static_cast<std::size_t>(machine.packages), "package"),
                                 counted(static_cast<std::size_t>(machine.numa_nodes), "NUMA node"),
                                 counted(static_cast<std::size_t>(machine.cores), "core"),
                                 counted(machine.pus.size(), "CPU"));
  text += tree(machine, placement);
  text += '\n';
  if (!machine.offline.empty()) {
    text += fmt::format("offline: CPUs {}\n", cpu_list(machine.offline));
  }
  if (allowed.size() < machine.pus.size()) {
    text += fmt::format("allowed: CPUs {}; those in brackets are not\n", cpu_list(allowed));
  }
  if (machine.quota_cpus) {
    text += fmt::format("quota:   {:g} CPUs, by the cgroup\n", *machine.quota_cpus);
  }
  text += fmt::format("--layout={} lays {} on CPUs {}{}\n", name_of(placement.layout),
                      counted(placement.workers.size(), "worker"), fmt::join(placement.cpus(), ","),
                      placement.oversubscribed ? ", oversubscribed" : "");
  return text;
}

Json topo_json(const Topology& machine, const Placement& placement) {
  Json caches = Json::array(), workers = Json::array();
  for (const Cache& cache : machine.caches) {
    caches.push_back(
        {{"level", cache.level}, {"size_bytes", cache.size_bytes}, {"cpus", cache.cpus}});
  }
  for (const Pu& pu : placement.workers) {
    workers.push_back({{"cpu", pu.cpu},
                       {"core", pu.core},
                       {"package", known(pu.package)},
                       {"numa", known(pu.numa)},
                       {"l3", known(pu.l3)},
                       {"kind", pu.kind}});
  }
  return {{"machine",
           {{"source", machine.source},
            {"packages", machine.packages},
            {"numa", machine.numa_nodes},
            {"cores", machine.cores},
            {"pus", machine.pus.size()},
            {"caches", caches},
            {"allowed", machine.allowed()},
            {"offline", machine.offline},
            {"quota_cpus", machine.quota_cpus ? Json(*machine.quota_cpus) : Json()},
            {"core_kinds", machine.core_kinds}}},
          {"placement",
           {{"layout", name_of(placement.layout)},
            {"oversubscribed", placement.oversubscribed},
            {"workers", workers}}}};
}

std::string latency_text(const std::vector<int>& cpus, const LatencyMatrix& matrix) {
  std::string text = "nanoseconds that a cache line takes from one CPU to another\n     ";
  for (const int cpu : cpus) text += fmt::format("{:>7}", cpu);
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    text += fmt::format("\n{:>5}", cpus[i]);
    for (const auto& ns : matrix[i]) text += ns ? fmt::format("{:>7.1f}", *ns) : "      -";
  }
  return text + '\n';
}

std::string topo(const TopoRequest& request) {
  if (request.from && request.latency) {
    throw UsageError("--latency: a described machine (--from) cannot be measured");
  }
  const Topology machine = request.from ? describe_machine(*request.from) : discover();
  const Placement placement = place(machine, request.placement);
  std::string text = topo_text(machine, placement);
  Json json = topo_json(machine, placement);
  if (request.latency) {
    const LatencyMatrix matrix = os::line_latencies(placement.cpus());
    text += '\n' + latency_text(placement.cpus(), matrix);
    Json& rows = json["latency_ns"] = Json::array();
    for (const auto& row : matrix) {
      Json& line = rows.emplace_back(Json::array());
      for (const auto& ns : row) line.push_back(ns ? Json(*ns) : Json());
    }
  }
  return request.json ? to_text(json) + '\n' : fitted(text, style_of(When::never));
}

}  // namespace concbench
