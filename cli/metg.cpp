#include "cli/metg.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/open_cell.hpp"

namespace concbench {
namespace {

constexpr auto patience = std::chrono::seconds(20);

GrainPoint run_grain(const Candidate& candidate, const Job& job, std::int64_t work_ns) {
  Grain grain = std::get<Grain>(job.workload);
  grain.body_ns = work_ns;
  OpenCell cell(candidate, grain, job.placement, Conversation::Clock::now() + patience);
  cell.run(1);
  std::int64_t quickest = cell.run(1).wall_ns;
  // The quickest of a few: one alone may have been disturbed.
  for (int i = 0; i < 4; ++i) quickest = std::min(quickest, cell.run(1).wall_ns);
  cell.close();
  const bool alone = candidate.model && candidate.model->name == "serial";
  const auto cores = static_cast<double>(alone ? 1 : job.placement.workers.size());
  return {static_cast<double>(work_ns),
          static_cast<double>(quickest) * cores / static_cast<double>(grain.tasks())};
}

}  // namespace

std::optional<double> metg_ns(const std::vector<GrainPoint>& points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const GrainPoint& above = points[i];
    if (above.efficiency() < 0.5) continue;
    if (i == 0) return above.granularity_ns;
    const GrainPoint& below = points[i - 1];
    const double part = (0.5 - below.efficiency()) / (above.efficiency() - below.efficiency());
    return std::exp(
        std::lerp(std::log(below.granularity_ns), std::log(above.granularity_ns), part));
  }
  return {};
}

std::optional<double> measure_metg(const Candidate& candidate, const Job& job) {
  constexpr std::int64_t smallest = 4, largest = 1'000'000;  // grain.ns
  std::vector<GrainPoint> points;
  for (std::int64_t work_ns = smallest;; work_ns = std::min(4 * work_ns, largest)) {
    points.push_back(run_grain(candidate, job, work_ns));
    if (points.back().efficiency() >= 0.5 || work_ns == largest) break;
  }
  return metg_ns(points);
}

}  // namespace concbench
