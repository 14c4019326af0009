#include "reports/statistics/comparability.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/result/hash.hpp"

namespace concbench {
namespace {

std::string shown(const std::string& text) { return text.empty() ? "unknown" : text; }
std::string shown(const std::optional<std::string>& text) { return shown(text.value_or("")); }
std::string shown(const std::optional<bool>& flag) {
  return flag ? (*flag ? "on" : "off") : "unknown";
}
template <class Number>
std::string shown(const std::optional<Number>& number) {
  return number ? fmt::format("{}", *number) : "none";
}

std::string shown(const std::vector<CacheInfo>& caches) {
  std::vector<std::string> parts;
  for (const CacheInfo& cache : caches) {
    parts.push_back(
        fmt::format("{} × L{} of {} KiB", cache.count, cache.level, cache.size_bytes / 1024));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<Trait> build_traits(const Result& result) {
  const BuildInfo& build = result.build;
  const auto library = build.libraries.find("benchmark");
  return {{"build.compiler", shown(build.compiler)},
          {"build.flags", shown(build.flags)},
          {"build.build_type", shown(build.build_type)},
          {"build.libraries.benchmark",
           library == build.libraries.end() ? "unknown" : library->second}};
}

std::vector<Trait> soft_traits(const Result& result) {
  const Environment& environment = result.environment;
  const Request& request = result.request;
  return {{"environment.governor", shown(environment.governor)},
          {"environment.microcode", shown(environment.microcode)},
          {"environment.boost", shown(environment.boost)},
          {"environment.aslr", shown(environment.aslr)},
          {"environment.clocksource", shown(environment.clocksource)},
          {"environment.niceness", shown(environment.niceness)},
          {"environment.policy", shown(environment.policy)},
          {"environment.variables", fmt::format("{}", fmt::join(environment.variables, ", "))},
          {"request.processes", fmt::to_string(request.processes)},
          {"request.repetitions", fmt::to_string(request.repetitions)},
          {"request.min_time_s", fmt::to_string(request.min_time_s)},
          {"complete", result.complete ? "true" : "false"}};
}

// Both lists name the same fields in the same order.
void add_differences(std::vector<Difference>& found, const std::vector<Trait>& a,
                     const std::vector<Trait>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) found.push_back({a[i].field, a[i].value, b[i].value});
  }
}

// For each workload and parameter the values that it ran with.
using Values = std::map<std::string, std::set<std::string>>;
std::map<std::string, Values> values_of(const Result& result) {
  std::map<std::string, Values> values;
  for (const Cell& cell : result.cells) {
    for (const auto& [key, value] : cell.params) values[cell.workload][key].insert(text_of(value));
  }
  return values;
}

bool have_a_cell_in_common(const Result& a, const Result& b, const std::string& workload) {
  std::set<std::string> names;
  for (const Cell& cell : a.cells) {
    if (cell.workload == workload) names.insert(cell.name());
  }
  return std::ranges::any_of(b.cells,
                             [&](const Cell& cell) { return names.contains(cell.name()); });
}

// A workload of both that shares no cell was run with other parameters.
void add_parameters(std::vector<Difference>& found, const Result& a, const Result& b) {
  const auto in_a = values_of(a), in_b = values_of(b);
  for (const auto& [workload, values] : in_a) {
    const auto other = in_b.find(workload);
    if (other == in_b.end() || have_a_cell_in_common(a, b, workload)) continue;
    for (const auto& [key, set] : values) {
      const auto there = other->second.find(key);
      const auto others = there == other->second.end() ? std::set<std::string>{} : there->second;
      if (set == others) continue;
      found.push_back({fmt::format("cells.params.{} of {}", key, workload),
                       fmt::format("{}", fmt::join(set, ",")),
                       shown(fmt::format("{}", fmt::join(others, ",")))});
    }
  }
}

void add_placements(std::vector<Difference>& found, const Result& a, const Result& b) {
  std::map<std::string, const Cell*> in_a;
  for (const Cell& cell : a.cells) in_a[cell.name()] = &cell;
  for (const Cell& cell : b.cells) {
    const auto same = in_a.find(cell.name());
    if (same == in_a.end() || same->second->requested_cpus == cell.requested_cpus) continue;
    found.push_back({fmt::format("cells.placement.requested of {}", cell.name()),
                     fmt::format("{}", fmt::join(same->second->requested_cpus, ",")),
                     fmt::format("{}", fmt::join(cell.requested_cpus, ","))});
  }
}

// One runnable task more makes another machine of it; less is the noise of any desktop.
bool loads_differ(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b && std::abs(*a - *b) >= 1;
}

}  // namespace

std::vector<Trait> machine_traits(const Result& result) {
  const Environment& environment = result.environment;
  const MachineInfo& machine = result.machine;
  return {{"environment.cpu_model", shown(environment.cpu_model)},
          {"environment.kernel", shown(environment.kernel)},
          {"environment.hypervisor", shown(environment.hypervisor)},
          {"environment.smt", shown(environment.smt)},
          {"topology.packages", fmt::to_string(machine.packages)},
          {"topology.numa", fmt::to_string(machine.numa)},
          {"topology.cores", fmt::to_string(machine.cores)},
          {"topology.pus", fmt::to_string(machine.pus)},
          {"topology.caches", shown(shown(machine.caches))},
          {"topology.allowed", shown(fmt::format("{}", fmt::join(machine.allowed, ",")))},
          {"topology.quota_cpus", shown(machine.quota_cpus)}};
}

std::string fingerprint(const Result& result) {
  std::string text;
  for (const Trait& trait : machine_traits(result)) {
    text += fmt::format("{}={}\n", trait.field, trait.value);
  }
  return fmt::format("{:016x}", fnv1a(text));
}

std::vector<Difference> hard_differences(const Result& a, const Result& b) {
  std::vector<Difference> found;
  add_differences(found, machine_traits(a), machine_traits(b));
  add_differences(found, build_traits(a), build_traits(b));
  add_parameters(found, a, b);
  // On another machine other CPUs are no news.
  if (found.empty()) add_placements(found, a, b);
  return found;
}

std::vector<Difference> soft_differences(const Result& a, const Result& b) {
  std::vector<Difference> found;
  add_differences(found, soft_traits(a), soft_traits(b));
  if (loads_differ(a.environment.load_1min, b.environment.load_1min)) {
    found.push_back(
        {"environment.load", shown(a.environment.load_1min), shown(b.environment.load_1min)});
  }
  return found;
}

}  // namespace concbench
