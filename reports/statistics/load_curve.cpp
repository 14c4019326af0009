#include "reports/statistics/load_curve.hpp"

#include <algorithm>
#include <tuple>

#include "reports/statistics/ranking.hpp"

namespace concbench {
namespace {

bool is_kept(const LoadPoint& point, const LoadPoint& lowest) {
  if (point.answered < 0.95 * static_cast<double>(point.rate)) return false;
  return !point.p99 || !lowest.p99 || *point.p99 <= 10 * *lowest.p99;
}

LoadPoint point_of(const Cell& cell) {
  LoadPoint point{.rate = std::get<std::int64_t>(cell.params.at("rate")),
                  .answered = cell.summary->ops_per_s.median,
                  .p50 = {},
                  .p99 = {}};
  if (cell.latency) point.p50 = cell.latency->p50, point.p99 = cell.latency->p99;
  return point;
}

void find_knee(LoadCurve& curve) {
  for (const LoadPoint& point : curve.points) {
    if (!is_kept(point, curve.points.front())) {
      curve.past_knee = true;
      return;
    }
    curve.knee = point.rate;
  }
}

}  // namespace

std::vector<LoadCurve> load_curves_of(const Result& result) {
  using Rest = Params;  // the other parameters
  std::map<std::tuple<std::string, int, std::string, Rest>, LoadCurve> curves;
  for (const Cell& cell : result.cells) {
    if (cell.shape != "serve" || cell.status != Status::ok || !cell.summary) continue;
    if (!is_paced(cell)) continue;
    Rest rest = cell.params;
    rest.erase("rate");
    LoadCurve& curve = curves[{cell.model, cell.cores, cell.layout, rest}];
    curve.model = cell.model;
    curve.params = rest;
    curve.cores = cell.cores;
    curve.points.push_back(point_of(cell));
  }
  std::vector<LoadCurve> swept;
  for (auto& [key, curve] : curves) {
    if (curve.points.size() < 2) continue;
    std::ranges::sort(curve.points, {}, &LoadPoint::rate);
    find_knee(curve);
    swept.push_back(std::move(curve));
  }
  return swept;
}

}  // namespace concbench
