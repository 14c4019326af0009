// https://github.com/benchmark-action/github-action-benchmark, tool: customSmallerIsBetter
#include <fmt/format.h>

#include "reports/export/formats.hpp"
#include "reports/result/json.hpp"

namespace concbench::exports {

// One entry a cell: the action looks a name up in the previous run and takes the first it finds, so
// that several samples of one name would be compared with one and the same old one.
std::string github_action(const Result& result) {
  Json entries = Json::array();
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    const Estimate& time = cell.summary->ns_per_op;
    Json entry = {{"name", cell.name()},
                  {"unit", "ns/" + cell.op},
                  {"value", time.median},
                  {"extra", fmt::format("median of {} processes", cell.summary->processes)}};
    if (cell.summary->processes > 1) {
      entry["range"] = fmt::format("{:.4g} to {:.4g}", time.low, time.high);
    }
    entries.push_back(std::move(entry));
  }
  return to_text(entries) + '\n';
}

}  // namespace concbench::exports
