#include "reports/export/exports.hpp"

#include "reports/export/formats.hpp"
#include "reports/text/table.hpp"

namespace concbench {

std::span<const Exporter> exporters() {
  static constexpr Exporter list[] = {
      {"google-benchmark", "JSON of Google Benchmark; every sample, and a median for each cell",
       exports::google_benchmark},
      // benchstat's interval of a median at 95 %.
      {"go", "Go benchmark text for benchstat; one line a process", exports::go_benchmark, 6},
      {"github-action", "custom JSON of github-action-benchmark (smaller is better); medians",
       exports::github_action},
      {"bencher", "Bencher Metric Format; medians with their range", exports::bencher},
      {"junit", "JUnit XML; a test case for each cell, failed or skipped with its reason",
       exports::junit},
      {"csv", "a row for each cell", to_csv},
      {"markdown", "tables for a pull request or an issue", to_markdown},
  };
  return list;
}

}  // namespace concbench
