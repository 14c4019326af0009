#include "reports/statistics/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "reports/statistics/ranking.hpp"

namespace concbench {
namespace {

std::vector<ScalingPoint> points_of(const std::vector<const Cell*>& cells) {
  const double base_cores = cells.front()->cores, base_ns = ns_per_op(*cells.front());
  std::vector<ScalingPoint> points;
  for (const Cell* cell : cells) {
    const double speedup = base_cores * base_ns / ns_per_op(*cell);
    points.push_back({cell->cores, ns_per_op(*cell), speedup, speedup / cell->cores});
  }
  return points;
}

}  // namespace

// 1/speedup = s·(1 − 1/n) + 1/n is a line in s.
Amdahl fit_amdahl(const std::vector<ScalingPoint>& points) {
  double above = 0, below = 0;
  for (const ScalingPoint& point : points) {
    const double x = 1 - 1.0 / point.cores;
    above += x * (1 / point.speedup - 1.0 / point.cores);
    below += x * x;
  }
  return {below == 0 ? 0 : std::clamp(above / below, 0.0, 1.0)};
}

// n/speedup − 1 = σ·(n − 1) + κ·n(n − 1) is a plane in σ and κ through the origin. Where its best
// has one of them below 0, the best with that one 0 takes its place.
Usl fit_usl(const std::vector<ScalingPoint>& points) {
  double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
  for (const ScalingPoint& point : points) {
    const double n = point.cores, a = n - 1, b = n * (n - 1), y = n / point.speedup - 1;
    aa += a * a, ab += a * b, bb += b * b, ay += a * y, by += b * y;
  }
  const double determinant = aa * bb - ab * ab;
  double contention = determinant == 0 ? 0 : (ay * bb - by * ab) / determinant;
  double coherency = determinant == 0 ? 0 : (by * aa - ay * ab) / determinant;
  if (contention < 0) {
    contention = 0;
    coherency = bb == 0 ? 0 : by / bb;
  } else if (coherency < 0) {
    coherency = 0;
    contention = aa == 0 ? 0 : ay / aa;
  }
  Usl usl{std::max(0.0, contention), std::max(0.0, coherency), {}};
  if (usl.coherency > 0 && usl.contention < 1) {
    usl.best_cores = std::sqrt((1 - usl.contention) / usl.coherency);
  }
  return usl;
}

std::vector<Scaling> scalings_of(const Result& result) {
  using Key = std::tuple<std::string, std::string, Params, std::string>;
  std::vector<Scaling> scalings;
  std::map<Key, std::size_t> known;
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    const auto [entry, is_new] = known.try_emplace(
        Key{cell.model, cell.workload, cell.params, cell.layout}, scalings.size());
    if (is_new) scalings.emplace_back();
    scalings[entry->second].cells.push_back(&cell);
  }
  std::erase_if(scalings, [](const Scaling& scaling) { return scaling.cells.size() < 2; });
  for (Scaling& scaling : scalings) {
    std::ranges::stable_sort(scaling.cells, {}, &Cell::cores);
    scaling.points = points_of(scaling.cells);
    scaling.amdahl = fit_amdahl(scaling.points);
    if (scaling.points.size() >= 3) scaling.usl = fit_usl(scaling.points);
  }
  return scalings;
}

}  // namespace concbench
