#include "cli/harness/footnotes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cli/harness/series.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

// Of the time that all CPUs of a cell had while it was measured.
struct Shares {
  double steal = 0, foreign = 0;
  std::optional<double> own;
};

Shares shares_of(const Cell& cell) {
  double span = 0, steal = 0, foreign = 0, own = 0;
  bool own_is_known = true;
  for (const Sample& sample : cell.samples) {
    span += static_cast<double>(sample.span_ns);
    steal += static_cast<double>(sample.steal_ns.value_or(0));
    foreign += static_cast<double>(sample.foreign_ns.value_or(0));
    own += static_cast<double>(sample.cpu_ns.value_or(0));
    own_is_known &= sample.cpu_ns.has_value();
  }
  const double capacity =
      span * static_cast<double>(std::max<std::size_t>(1, cell.requested_cpus.size()));
  if (capacity <= 0) return {};
  Shares shares{.steal = steal / capacity, .foreign = foreign / capacity, .own = {}};
  if (own_is_known) shares.own = std::min(1.0, own / capacity);
  // The kernel counts whole ticks, of which short samples see too many or too few; what the cell
  // itself used nobody else can have used.
  shares.foreign = std::clamp(shares.foreign, 0.0, 1 - shares.own.value_or(0));
  return shares;
}

std::string foreign_text(const Shares& shares) {
  std::string text =
      fmt::format("other programs used {:.0f} % of these CPUs", 100 * shares.foreign);
  if (shares.own) text += fmt::format(", this cell {:.2g} %", 100 * *shares.own);
  return text;
}

// How many of its processes had not become steady when they were timed, and how many there are.
std::pair<std::size_t, std::size_t> unsteady_processes(const Cell& cell) {
  std::map<int, std::vector<Sample>> by_process;
  for (const Sample& sample : cell.samples) by_process[sample.process].push_back(sample);
  const auto unsteady = std::ranges::count_if(
      by_process, [](const auto& process) { return !is_steady(process.second); });
  return {static_cast<std::size_t>(unsteady), by_process.size()};
}

std::int64_t tasks_of(const Cell& cell) {
  const auto found = cell.params.find("tasks");
  const auto* tasks =
      found == cell.params.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return tasks ? *tasks : 0;
}

}  // namespace

std::vector<std::string> warnings_about(const Cell& cell, const Preset& preset) {
  const Shares shares = shares_of(cell);
  const double differ = spread(cell.summary->ns_per_op);
  std::vector<std::string> warnings;
  if (shares.steal > 0.02) {
    warnings.push_back(
        fmt::format("the hypervisor took {:.0f} % of these CPUs", 100 * shares.steal));
  }
  if (const auto hosts = cell.hosts(); hosts.size() > 1) {
    warnings.push_back(fmt::format("measured on several hosts: {}", fmt::join(hosts, ", ")));
  }
  if (shares.foreign > 0.05) warnings.push_back(foreign_text(shares));
  const auto [unsteady, all] = unsteady_processes(cell);
  if (2 * unsteady > all) {
    warnings.push_back(
        fmt::format("still getting faster in {} of {} processes: never steady", unsteady, all));
  }
  if (differ > 0.25) {
    warnings.push_back(fmt::format("the range is {:.0f} % of the median", 100 * differ));
  }
  if (preset.repetitions > 1 && cell.samples.size() == cell.processes.size()) {
    warnings.push_back("one sample per process: an iteration takes too long for more");
  }
  if (cell.workers.empty()) warnings.push_back("the program does not say where it ran");
  if (cell.measures.generator_lateness.value_or(0) > 0.05) {
    warnings.push_back(
        fmt::format("invalid: the load generator was late by {:.0f} % of the latency",
                    100 * *cell.measures.generator_lateness));
  }
  if (cell.shape == "yield" && tasks_of(cell) <= cell.cores) {
    warnings.push_back("no more tasks than cores: a yield finds nobody to give way to");
  } else if (cell.measures.switched_share.value_or(1) < 0.5) {
    warnings.push_back(fmt::format("{:.0f} % of the yields switched to another task",
                                   100 * *cell.measures.switched_share));
  }
  if (cell.oversubscribed) warnings.push_back("more workers than cores");
  return warnings;
}

std::string crowded_out(double foreign_share) {
  return fmt::format("other programs used {:.0f} % of these CPUs until its time was up",
                     100 * foreign_share);
}

}  // namespace concbench
