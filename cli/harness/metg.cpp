#include "cli/harness/metg.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "cli/harness/open_cell.hpp"
#include "cli/harness/patience.hpp"

namespace concbench {
namespace {

constexpr std::int64_t enough_ns = 50'000'000;

GrainPoint run_grain(const Candidate& candidate, const Job& job, std::int64_t work_ns,
                     double timeout_s) {
  const Workload grain = with(job.workload, "ns", work_ns);
  OpenCell cell(candidate, grain, job.placement, deadline_in(timeout_s));
  cell.run(1);
  // The quickest of several: one alone may have been disturbed. Short ones are disturbed more.
  std::int64_t quickest = std::numeric_limits<std::int64_t>::max(), spent = 0;
  for (int i = 0; i < 2 || (i < 20 && spent < enough_ns); ++i) {
    const std::int64_t wall_ns = cell.run(1).wall_ns;
    quickest = std::min(quickest, wall_ns);
    spent += wall_ns;
  }
  cell.close();
  const bool alone = candidate.model && candidate.model->has_one_worker;
  const auto cores = static_cast<double>(alone ? 1 : job.placement.workers.size());
  return {static_cast<double>(work_ns),
          static_cast<double>(quickest) * cores / static_cast<double>(demand(grain).ops)};
}

}  // namespace

bool has_metg(const Workload& workload) { return about(workload).name == "grain"; }

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

std::optional<double> search_metg(const std::function<GrainPoint(std::int64_t work_ns)>& run) {
  constexpr std::int64_t smallest = 4, largest = 1'000'000;  // grain.ns
  constexpr double close = 4;  // times as large, between which to interpolate
  GrainPoint below = run(smallest);
  if (below.efficiency() >= 0.5) return below.granularity_ns;

  // A task that works for as long as it costs is half efficient: the search begins just below.
  double work_ns = std::max(close * smallest, (below.granularity_ns - below.work_ns) / 2);
  std::optional<GrainPoint> above;
  while (!above || above->work_ns > close * below.work_ns) {
    if (below.work_ns >= largest) return {};
    const GrainPoint point = run(std::llround(std::min<double>(work_ns, largest)));
    if (point.efficiency() >= 0.5) {
      above = point;
    } else {
      below = point;
    }
    work_ns = above ? std::sqrt(below.work_ns * above->work_ns) : close * below.work_ns;
  }
  return metg_ns({below, *above});
}

double expected_metg_time(const Job& job) {
  constexpr double usual_sizes = 4, usual_runs = 4;
  return usual_sizes * (job.start_s + usual_runs * job.iteration_s);
}

std::optional<double> measure_metg(const Candidate& candidate, const Job& job, double timeout_s) {
  return search_metg(
      [&](std::int64_t work_ns) { return run_grain(candidate, job, work_ns, timeout_s); });
}

}  // namespace concbench
