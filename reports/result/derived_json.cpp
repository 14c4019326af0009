#include "reports/result/derived_json.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "reports/result/params_json.hpp"
#include "reports/statistics/load_curve.hpp"
#include "reports/statistics/memory_slope.hpp"
#include "reports/statistics/ranking.hpp"
#include "reports/statistics/scaling.hpp"

namespace concbench {
namespace {

Json json_of(const Group& group) {
  const Cell& any = group.any();
  Json models = Json::array();
  for (const Cell* cell : group.ranked) {
    const auto value = ranking_metric(*cell);
    models.push_back({{"model", cell->model},
                      {"ns", value ? Json(value->median) : Json()},
                      {"ratio", or_null(times_best(group, *cell))}});
  }
  return {{"workload", any.workload},
          {"params", to_json(any.params)},
          {"cores", any.cores},
          {"layout", any.layout},
          {"oversubscribed", any.oversubscribed},
          {"by", is_paced(any) ? "p99" : "ns_per_op"},
          {"models", std::move(models)}};
}

Json rankings(const Result& result) {
  Json rankings = Json::array();
  for (const Group& group : groups_of(result)) {
    if (!group.ranked.empty()) rankings.push_back(json_of(group));
  }
  return rankings;
}

Json json_of(const ScalingPoint& point) {
  return {{"cores", point.cores},
          {"ns_per_op", point.ns_per_op},
          {"speedup", point.speedup},
          {"efficiency", point.efficiency}};
}

Json scalings(const Result& result) {
  Json list = Json::array();
  for (const Scaling& scaling : scalings_of(result)) {
    const Cell& any = *scaling.cells.front();
    Json points = Json::array(), amdahl, usl;
    for (const ScalingPoint& point : scaling.points) points.push_back(json_of(point));
    if (scaling.amdahl) amdahl = {{"serial_share", scaling.amdahl->serial_share}};
    if (scaling.usl) {
      usl = {{"contention", scaling.usl->contention},
             {"coherency", scaling.usl->coherency},
             {"best_cores", or_null(scaling.usl->best_cores)}};
    }
    list.push_back({{"model", any.model},
                    {"workload", any.workload},
                    {"params", to_json(any.params)},
                    {"layout", any.layout},
                    {"points", std::move(points)},
                    {"amdahl", std::move(amdahl)},
                    {"usl", std::move(usl)}});
  }
  return list;
}

Json metgs(const Result& result) {
  Json list = Json::array();
  for (const Cell& cell : result.cells) {
    if (!cell.measures.metg_ns) continue;
    list.push_back(
        {{"model", cell.model}, {"cores", cell.cores}, {"metg_ns", *cell.measures.metg_ns}});
  }
  return list;
}

Json memory_slopes(const Result& result) {
  Json list = Json::array();
  for (const MemorySlope& slope : memory_slopes_of(result)) {
    list.push_back({{"model", slope.model},
                    {"cores", slope.cores},
                    {"sizes", slope.sizes},
                    {"bytes_per_task", slope.bytes_per_task}});
  }
  return list;
}

Json load_curves(const Result& result) {
  Json list = Json::array();
  for (const LoadCurve& curve : load_curves_of(result)) {
    Json points = Json::array();
    for (const LoadPoint& point : curve.points) {
      points.push_back({{"rate", point.rate},
                        {"answered_per_s", point.answered},
                        {"p50_ns", or_null(point.p50)},
                        {"p99_ns", or_null(point.p99)}});
    }
    list.push_back({{"model", curve.model},
                    {"params", to_json(curve.params)},
                    {"cores", curve.cores},
                    {"points", std::move(points)},
                    {"knee", or_null(curve.knee)},
                    {"past_knee", curve.past_knee}});
  }
  return list;
}

}  // namespace

Json merit_json(const Cell& cell) {
  const auto value =
      cell.status == Status::ok && cell.summary ? ranking_metric(cell) : std::nullopt;
  if (!value) return nullptr;
  return {{"median", value->median},
          {"low", value->low},
          {"high", value->high},
          {"by", is_paced(cell) ? "p99" : "ns_per_op"}};
}

Json derived_json(const Result& result) {
  return {{"rankings", rankings(result)},
          {"scaling", scalings(result)},
          {"metg", metgs(result)},
          {"memory", memory_slopes(result)},
          {"load", load_curves(result)}};
}

}  // namespace concbench
