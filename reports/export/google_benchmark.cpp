// https://github.com/google/benchmark/blob/main/docs/user_guide.md#output-formats
#include "reports/export/formats.hpp"
#include "reports/result/result_json.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench::exports {
namespace {

// Of an iteration; nothing if it is unknown of any sample.
std::optional<double> median_cpu_ns(const Cell& cell) {
  std::vector<double> times;
  for (const Sample& sample : cell.samples) {
    if (!sample.cpu_ns) return {};
    times.push_back(static_cast<double>(*sample.cpu_ns) / static_cast<double>(sample.iterations));
  }
  return median(std::move(times));
}

// As the library writes it below the repetitions of a benchmark. Its times are those of an
// iteration, as theirs are.
Json aggregate(const Cell& cell, const Json& repetition) {
  const Sample& sample = cell.samples.front();
  const double ns_per_op = cell.summary->ns_per_op.median;
  Json entry = {{"name", cell.name() + "_median"},
                {"run_name", cell.name()},
                {"run_type", "aggregate"},
                {"repetitions", cell.samples.size()},
                {"threads", cell.cores},
                {"aggregate_name", "median"},
                {"aggregate_unit", "time"},
                {"iterations", cell.summary->processes},
                {"real_time", ns_per_op * static_cast<double>(sample.ops) /
                                  static_cast<double>(sample.iterations)},
                {"time_unit", "ns"},
                {"ns_per_op", ns_per_op}};
  if (const auto cpu_ns = median_cpu_ns(cell)) entry["cpu_time"] = *cpu_ns;
  for (const char* index : {"family_index", "per_family_instance_index"}) {
    entry[index] = repetition[index];
  }
  return entry;
}

}  // namespace

// A result file is of that form already; without what only concbench reads it is a fifth as long.
// For readers that keep the first entry of a name there is one of its own for each cell. A CPU time
// that is unknown is left out here, where a result file has a 0 that nothing can really take.
std::string google_benchmark(const Result& result) {
  Json document = to_json(result);
  document.erase("concbench");
  Json entries = Json::array();
  auto repetition = document["benchmarks"].begin();
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    for (const Sample& sample : cell.samples) {
      if (!sample.cpu_ns) repetition->erase("cpu_time");
      entries.push_back(std::move(*repetition++));
    }
    entries.push_back(aggregate(cell, entries.back()));
  }
  document["benchmarks"] = std::move(entries);
  return to_text(document) + '\n';
}

}  // namespace concbench::exports
