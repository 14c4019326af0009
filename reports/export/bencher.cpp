// https://bencher.dev/docs/reference/bencher-metric-format/
#include "reports/export/formats.hpp"
#include "reports/result/json.hpp"

namespace concbench::exports {
namespace {

// The range of a single process says nothing, so it is left out.
Json metric(const Estimate& estimate, int processes) {
  Json metric = {{"value", estimate.median}};
  if (processes > 1) {
    metric["lower_value"] = estimate.low;
    metric["upper_value"] = estimate.high;
  }
  return metric;
}

}  // namespace

// Bencher's own measures: latency in nanoseconds, throughput in operations per second.
std::string bencher(const Result& result) {
  Json benchmarks = Json::object();
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    const Summary& summary = *cell.summary;
    benchmarks[cell.name()] = {{"latency", metric(summary.ns_per_op, summary.processes)},
                               {"throughput", metric(summary.ops_per_s, summary.processes)}};
  }
  return to_text(benchmarks) + '\n';
}

}  // namespace concbench::exports
