// Laying workers on cores. See Layout in models/machine/topology.hpp for what each layout promises.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "models/machine/gathering.hpp"
#include "models/machine/quota.hpp"
#include "models/machine/topology.hpp"

namespace concbench {
namespace {

// Oversubscribed, any number would do; this one is beyond all sense and harmless to memory.
constexpr int most_workers = 65'536;

// All PUs, so ordered that each prefix is spread over the groups of every level: one from each
// group in turn.
Pus deal(const Pus& pus, std::span<const Level> levels) {
  if (levels.empty()) return pus;
  std::vector<Pus> groups = split(pus, levels.front());
  for (Pus& group : groups) group = deal(group, levels.subspan(1));
  Pus dealt;
  for (std::size_t turn = 0; dealt.size() < pus.size(); ++turn) {
    for (const Pus& group : groups) {
      if (turn < group.size()) dealt.push_back(group[turn]);
    }
  }
  return dealt;
}

// The first allowed PU of each core.
Pus one_a_core(const Pus& pus) {
  Pus firsts;
  std::set<int> cores;
  for (const Pu& pu : pus) {
    if (cores.insert(pu.core).second) firsts.push_back(pu);
  }
  return firsts;
}

// `wanted` of the candidates, in the order of the workers.
Pus lay(const Topology& machine, Layout layout, const Pus& candidates, std::size_t wanted) {
  // Kinds of cores are looked at within what shares a level 3 cache.
  const auto inner = std::find_if(
      machine.levels.begin(), machine.levels.end(),
      [](const std::string& level) { return level == "L2Cache" || level == "L1Cache"; });
  std::vector<Level> levels;
  for (std::size_t i = 0; i < machine.levels.size(); ++i) {
    levels.emplace_back([i](const Pu& pu) { return pu.above[i]; });
  }
  if (layout == Layout::spread) {
    Pus dealt = deal(candidates, levels);
    dealt.resize(wanted);
    return dealt;
  }
  // Powerful kinds come first wherever a level leaves the choice.
  Pus ordered = candidates;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Pu& a, const Pu& b) { return a.kind > b.kind; });
  const auto split_at = levels.begin() + (inner - machine.levels.begin());
  return gather(ordered, {levels.begin(), split_at}, {split_at, levels.end()}, wanted);
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string cpus_named(const Pus& pus) {
  std::vector<int> cpus;
  for (const Pu& pu : pus) cpus.push_back(pu.cpu);
  return fmt::format("CPU{} {}", cpus.size() == 1 ? "" : "s", cpu_list(cpus));
}

std::string_view name_of(CoreKind kind) {
  return kind == CoreKind::performance ? "performance" : "efficiency";
}

bool is_of(CoreKind kind, const Pu& pu, const Topology& machine) {
  if (kind == CoreKind::any) return true;
  return pu.kind == (kind == CoreKind::performance ? machine.core_kinds - 1 : 0);
}

// The allowed PUs of the kind asked for.
Pus permitted(const Topology& machine, CoreKind kind) {
  if (kind != CoreKind::any && machine.core_kinds == 1) {
    throw Impossible(
        fmt::format("this machine has no {} cores: its cores are all alike", name_of(kind)));
  }
  Pus found;
  std::copy_if(machine.pus.begin(), machine.pus.end(), std::back_inserter(found),
               [&](const Pu& pu) { return pu.allowed && is_of(kind, pu, machine); });
  if (found.empty()) {
    const std::string what = kind == CoreKind::any ? "CPU" : fmt::format("{} core", name_of(kind));
    throw Impossible(fmt::format("this machine allows no {}", what));
  }
  return found;
}

// The PU of a CPU that was named by number.
Pu named(int cpu, const Topology& machine, const PlacementRequest& request) {
  const auto found = std::find_if(machine.pus.begin(), machine.pus.end(),
                                  [&](const Pu& pu) { return pu.cpu == cpu; });
  const std::string allowed = "CPUs " + cpu_list(machine.allowed());
  if (found == machine.pus.end()) {
    const bool off = std::count(machine.offline.begin(), machine.offline.end(), cpu) != 0;
    throw Impossible(fmt::format("CPU {} {}; this machine allows {}", cpu,
                                 off ? "is offline" : "does not exist", allowed));
  }
  if (!found->allowed) {
    throw Impossible(fmt::format(
        "CPU {} is not allowed to this process by its affinity mask or cpuset, which allows {}",
        cpu, allowed));
  }
  if (!is_of(request.kind, *found, machine)) {
    throw Impossible(fmt::format("CPU {} is not on a core of kind {}", cpu, name_of(request.kind)));
  }
  return *found;
}

// The PUs that the workers may take, each once.
Pus candidates(const Topology& machine, const PlacementRequest& request) {
  const Pus all = permitted(machine, request.kind);
  if (request.cpus.empty()) return request.layout == Layout::smt ? all : one_a_core(all);
  Pus chosen;
  std::set<int> seen;
  for (const int cpu : request.cpus) {
    if (!seen.insert(cpu).second) {
      throw std::invalid_argument(fmt::format("CPU {} is named twice", cpu));
    }
    chosen.push_back(named(cpu, machine, request));
  }
  return chosen;
}

// Why there is less room than the machine has CPUs, and what would make more.
std::string advice(const Topology& machine, const PlacementRequest& request, std::size_t wanted) {
  std::string text;
  const std::size_t allowed = permitted(machine, request.kind).size();
  const auto present = static_cast<std::size_t>(
      std::count_if(machine.pus.begin(), machine.pus.end(),
                    [&](const Pu& pu) { return is_of(request.kind, pu, machine); }));
  if (allowed < present) {
    text += fmt::format(": an affinity mask or cpuset leaves this process {} of {}", allowed,
                        counted(present, "CPU"));
  }
  if (request.layout != Layout::smt && allowed >= wanted) {
    text += fmt::format("; --layout=smt has room for {}, on SMT siblings", allowed);
  }
  return text;
}

// "8 workers need 8 cores; this machine allows 2 (CPUs 0-1)", and more where that helps.
std::string too_many(const Topology& machine, const PlacementRequest& request, const Pus& room) {
  const auto wanted = static_cast<std::size_t>(request.workers);
  const bool by_name = !request.cpus.empty();
  const std::string kind =
      request.kind == CoreKind::any || by_name ? "" : fmt::format("{} ", name_of(request.kind));
  const bool by_cpu = by_name || request.layout == Layout::smt;
  return fmt::format("{} need{} {}; {} {} ({}){}; --oversubscribe reuses CPUs in turn",
                     counted(wanted, "worker"), wanted == 1 ? "s" : "",
                     counted(wanted, kind + (by_cpu ? "CPU" : "core")),
                     by_name ? "--cpus names" : "this machine allows", room.size(),
                     cpus_named(by_name ? room : permitted(machine, request.kind)),
                     by_name ? "" : advice(machine, request, wanted));
}

}  // namespace

std::string_view name_of(Layout layout) {
  switch (layout) {
    case Layout::compact: return "compact";
    case Layout::spread: return "spread";
    case Layout::smt: return "smt";
  }
  return "";
}

std::vector<int> Topology::allowed() const {
  std::vector<int> cpus;
  for (const Pu& pu : pus) {
    if (pu.allowed) cpus.push_back(pu.cpu);
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

int Topology::usable_cores() const {
  std::set<int> usable;
  for (const Pu& pu : pus) {
    if (pu.allowed) usable.insert(pu.core);
  }
  return static_cast<int>(std::max<std::size_t>(1, workers_within(quota_cpus, usable.size())));
}

std::vector<int> Placement::cpus() const {
  std::vector<int> list;
  for (const Pu& pu : workers) list.push_back(pu.cpu);
  return list;
}

std::string cpu_list(std::vector<int> cpus) {
  std::sort(cpus.begin(), cpus.end());
  std::string text;
  for (std::size_t first = 0, last = 0; first < cpus.size(); first = ++last) {
    while (last + 1 < cpus.size() && cpus[last + 1] <= cpus[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", cpus[first]);
    if (cpus[last] != cpus[first]) text += fmt::format("-{}", cpus[last]);
  }
  return text;
}

Placement place(const Topology& machine, const PlacementRequest& request) {
  if (request.workers < 0 || request.workers > most_workers) {
    throw std::invalid_argument(
        fmt::format("{} workers: from 1 to {} can be asked for", request.workers, most_workers));
  }
  const Pus room = candidates(machine, request);
  const std::size_t fit = workers_within(machine.quota_cpus, room.size());
  const std::size_t wanted = request.workers ? static_cast<std::size_t>(request.workers) : fit;
  if (wanted > fit && !request.oversubscribe) {
    if (wanted <= room.size()) {
      throw Impossible(
          fmt::format("{} workers need {} CPUs' time; the cgroup's CPU quota of {:g} allows {}; "
                      "--oversubscribe runs them all the same, throttled",
                      wanted, wanted, *machine.quota_cpus, counted(fit, "worker")));
    }
    throw Impossible(too_many(machine, request, room));
  }

  const std::size_t distinct = std::min(wanted, room.size());
  const Pus laid = request.cpus.empty()
                       ? lay(machine, request.layout, room, distinct)
                       : Pus(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(distinct));
  Placement placement{.layout = request.layout, .oversubscribed = wanted > fit, .workers = {}};
  for (std::size_t worker = 0; worker < wanted; ++worker) {
    placement.workers.push_back(laid[worker % laid.size()]);
  }
  return placement;
}

}  // namespace concbench
