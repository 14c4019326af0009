#include "reports/text/trust.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/statistics/ranking.hpp"
#include "reports/statistics/statistics.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

std::vector<double> spreads(const Result& result) {
  std::vector<double> list;
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok || !cell.summary || cell.summary->processes < 2) continue;
    if (const auto ranked_by = ranking_metric(cell)) list.push_back(spread(*ranked_by));
  }
  return list;
}

std::string warnings(const Result& result) {
  std::vector<std::string> ids;
  for (const Finding& finding : result.environment.findings) {
    if (finding.severity == Severity::warning) ids.push_back(finding.id);
  }
  if (ids.empty()) return "no warning about this machine";
  return fmt::format("{} warning{} about this machine ({})", ids.size(), ids.size() == 1 ? "" : "s",
                     fmt::join(ids, ", "));
}

}  // namespace

std::optional<double> typical_spread(const Result& result) {
  std::vector<double> list = spreads(result);
  if (list.empty()) return {};
  return median(std::move(list));
}

std::string advice(const Result& result) {
  const auto crowded_out = std::ranges::count_if(result.cells, [](const Cell& cell) {
    return cell.status == Status::timeout && !cell.warnings.empty();
  });
  if (crowded_out == 0) return "";
  return fmt::format(
      "{} cell{} ran out of time while other programs used the CPUs: end those, leave them other "
      "CPUs (--cpus), or allow more time (--timeout)",
      crowded_out, crowded_out == 1 ? "" : "s");
}

std::string trust(const Result& result) {
  const auto typical = typical_spread(result);
  const std::string meaning =
      typical ? fmt::format(
                    "differences under {} mean little (so far apart are the "
                    "processes of half the cells, or farther)",
                    percent_text(*typical))
              : "one process per cell does not show how far apart others would be";
  return fmt::format("{}: {}; see concbench doctor", warnings(result), meaning);
}

}  // namespace concbench
