#include "reports/history/trend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/result/json.hpp"
#include "reports/statistics/change_points.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

bool changes_at(const Trend& trend, std::size_t point) {
  return std::ranges::binary_search(trend.changes, point);
}

// A toolchain that changed together with the figure is the first suspect.
std::string remark(const Trend& trend, std::size_t i) {
  const Series::Point& point = trend.series.points[i];
  std::string text = changes_at(trend, i) ? "  ← changed" : "";
  if (i > 0 && trend.series.points[i - 1].compiler != point.compiler) {
    text += fmt::format("  (compiler now {})", point.compiler);
  }
  return text;
}

}  // namespace

std::vector<Trend> trends_of(std::vector<Series> all) {
  std::vector<Trend> trends;
  for (Series& series : all) {
    std::vector<double> medians;
    for (const Series::Point& point : series.points) medians.push_back(point.ns_per_op.median);
    std::vector<std::size_t> changes = change_points(medians);
    trends.push_back({std::move(series), std::move(changes)});
  }
  return trends;
}

std::string to_text(const std::vector<Trend>& trends, const TableStyle& style) {
  std::string out;
  for (const Trend& trend : trends) {
    const Series& series = trend.series;
    if (!out.empty()) out += '\n';
    out += fitted(fmt::format("{} · per {} · {} ({})\n", series.cell, series.op, series.cpu_model,
                              series.machine),
                  style, color::bold);
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const Series::Point& point = series.points[i];
      const Estimate& time = point.ns_per_op;
      const std::string line =
          fmt::format("  {:>4}  {:<20}  {:<12.12}  {:>9}  {:<18}{}\n", point.result, point.date,
                      point.commit, duration_text(time.median),
                      range_text(time.low, time.high, time.median), remark(trend, i));
      out += fitted(line, style, changes_at(trend, i) ? color::yellow : color::none);
    }
  }
  return out;
}

std::string to_json_text(const std::vector<Trend>& trends) {
  Json array = Json::array();
  for (const Trend& trend : trends) {
    const Series& series = trend.series;
    Json points = Json::array();
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const Series::Point& point = series.points[i];
      points.push_back({{"result", point.result},
                        {"date", point.date},
                        {"commit", point.commit},
                        {"compiler", point.compiler},
                        {"ns_per_op",
                         {{"median", point.ns_per_op.median},
                          {"low", point.ns_per_op.low},
                          {"high", point.ns_per_op.high}}},
                        {"processes", point.processes},
                        {"changed", changes_at(trend, i)}});
    }
    array.push_back({{"cell", series.cell},
                     {"op", series.op},
                     {"machine", series.machine},
                     {"cpu_model", series.cpu_model},
                     {"points", std::move(points)}});
  }
  return to_text(array) + '\n';
}

}  // namespace concbench
