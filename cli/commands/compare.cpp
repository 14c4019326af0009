// concbench compare: what two result files may tell about each other.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/style.hpp"
#include "reports/result/result_file.hpp"
#include "reports/statistics/comparison.hpp"

namespace concbench {
namespace {

std::string shown(const Comparison& comparison, const CompareRequest& request) {
  switch (request.format) {
    case Format::json: return to_json_text(comparison);
    case Format::markdown: return to_markdown(comparison);
    default: return to_text(comparison, style_of(request.color));
  }
}

int exit_code(const Comparison& comparison, bool gate) {
  if (!comparison.incomparable.empty()) {
    for (const Difference& each : comparison.incomparable) {
      say("concbench: incomparable: {} is {} in A and {} in B\n", each.field, each.a, each.b);
    }
    return exit_impossible;
  }
  if (!gate) return exit_ok;
  if (comparison.suspects_slower()) return exit_regression;
  const bool lost = std::ranges::any_of(comparison.cells, [](const ComparedCell& cell) {
    return cell.advice == Advice::failed || cell.advice == Advice::missing;
  });
  return lost ? exit_cells_failed : exit_ok;
}

}  // namespace

int compare(const CompareRequest& request) {
  const Result a = read_result(request.a), b = read_result(request.b);
  Comparison comparison = compare(a, b);
  comparison.a = request.a;
  comparison.b = request.b;
  const bool in_one_only = std::ranges::all_of(
      comparison.cells, [](const ComparedCell& cell) { return cell.advice == Advice::missing; });
  if (comparison.incomparable.empty() && in_one_only) {
    throw UsageError(
        fmt::format("{} and {} have no measured cell in common", request.a, request.b));
  }
  fmt::print("{}", shown(comparison, request));
  return exit_code(comparison, request.gate);
}

}  // namespace concbench
