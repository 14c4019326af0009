#include "reports/statistics/memory_slope.hpp"

#include <map>
#include <tuple>
#include <utility>

namespace concbench {
namespace {

using Points = std::vector<std::pair<double, double>>;  // tasks, bytes in all

double slope_of(const Points& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(points.size());
  for (const auto& [tasks, bytes] : points) x += tasks / n, y += bytes / n;
  for (const auto& [tasks, bytes] : points) {
    xx += (tasks - x) * (tasks - x);
    xy += (tasks - x) * (bytes - y);
  }
  return xy / xx;
}

}  // namespace

std::vector<MemorySlope> memory_slopes_of(const Result& result) {
  using Rest = Params;  // the other parameters
  std::map<std::tuple<std::string, int, std::string, Rest>, Points> groups;
  for (const Cell& cell : result.cells) {
    const auto& [user, kernel] =
        std::pair(cell.memory.user_bytes_per_task, cell.memory.kernel_bytes_per_task);
    if (cell.status != Status::ok || !user || !kernel || !cell.measures.peak_live) continue;
    Rest rest = cell.params;
    rest.erase("n");
    const auto tasks = static_cast<double>(*cell.measures.peak_live);
    groups[{cell.model, cell.cores, cell.layout, rest}].emplace_back(
        tasks, tasks * static_cast<double>(*user + *kernel));
  }
  std::vector<MemorySlope> slopes;
  for (const auto& [key, points] : groups) {
    if (points.size() < 2) continue;
    slopes.push_back(
        {std::get<0>(key), std::get<1>(key), static_cast<int>(points.size()), slope_of(points)});
  }
  return slopes;
}

}  // namespace concbench
