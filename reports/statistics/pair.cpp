#include "reports/statistics/pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {

double log_ratio(const Pair& pair) {
  assert(pair.base_ns.size() == pair.new_ns.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < pair.base_ns.size(); ++i) {
    ratios.push_back(
        std::log(static_cast<double>(pair.new_ns[i]) / static_cast<double>(pair.base_ns[i])));
  }
  return median(std::move(ratios));
}

std::vector<std::string> disturbances(std::span<const Pair> pairs, std::size_t cpus) {
  std::vector<std::string> phrases;
  if (pairs.empty()) return phrases;
  double span = 0, steal = 0, foreign = 0, runnable = 0;
  std::vector<double> reference;
  for (const Pair& pair : pairs) {
    const Conditions& seen = pair.conditions;
    span += static_cast<double>(seen.span_ns);
    steal += static_cast<double>(seen.steal_ns.value_or(0));
    foreign += static_cast<double>(seen.foreign_ns.value_or(0));
    runnable += seen.runnable.value_or(0);
    reference.push_back(static_cast<double>(seen.reference_before_ns));
    reference.push_back(static_cast<double>(seen.reference_after_ns));
  }
  std::ranges::sort(reference);
  const double capacity = span * static_cast<double>(cpus);
  const double waiting = runnable / static_cast<double>(pairs.size());
  const double slowed = quantile(reference, 0.9) / reference.front() - 1;
  if (foreign > 0.05 * capacity) {
    phrases.push_back(
        fmt::format("other programs used {:.0f} % of these CPUs", 100 * foreign / capacity));
  }
  if (steal > 0.02 * capacity) {
    phrases.push_back(
        fmt::format("the hypervisor took {:.0f} % of these CPUs", 100 * steal / capacity));
  }
  if (waiting >= 1) phrases.push_back(fmt::format("{:.1f} other tasks were runnable", waiting));
  if (slowed > 0.2) {
    phrases.push_back(
        fmt::format("a tenth of the runs of a fixed piece of work took over {:.0f} % longer than "
                    "the quickest",
                    100 * slowed));
  }
  return phrases;
}

}  // namespace concbench
