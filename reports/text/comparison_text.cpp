// A comparison as text for a terminal, as markdown for a pull request, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/result/json.hpp"
#include "reports/statistics/comparison.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

constexpr std::string_view advice_only =
    "The two were not measured side by side: whatever the machine did in between looks like the "
    "program. `concbench check BASE NEW` tells them apart.";

std::string said(const ComparedCell& cell) {
  if (cell.advice != Advice::suspect) return std::string(name_of(cell.advice));
  return cell.is_slower() ? "suspect: slower" : "suspect: faster";
}

std::string change(const ComparedCell& cell) {
  return cell.ratio ? fmt::format("{:+.1f} %", 100 * (cell.ratio->median - 1)) : "";
}
std::string interval(const ComparedCell& cell) {
  return cell.ratio ? fmt::format("{:+.1f} to {:+.1f} %", 100 * (cell.ratio->low - 1),
                                  100 * (cell.ratio->high - 1))
                    : cell.reason;
}
std::string time(const std::optional<double>& ns) { return ns ? duration_text(*ns) : "—"; }

using Row = std::array<std::string, 6>;
Row row_of(const ComparedCell& cell) {
  return {said(cell),   cell.name,     time(cell.a_ns_per_op), time(cell.b_ns_per_op),
          change(cell), interval(cell)};
}
const Row heading = {"", "cell", "A", "B", "change", "99 % interval"};

std::string verdict_line(const Comparison& comparison) {
  if (!comparison.incomparable.empty()) {
    return fmt::format("incomparable: {} fields differ", comparison.incomparable.size());
  }
  const auto count = [&](Advice advice) {
    return std::ranges::count(comparison.cells, advice, &ComparedCell::advice);
  };
  return fmt::format("{} suspect, {} similar, {} unclear, {} failed, {} missing",
                     count(Advice::suspect), count(Advice::similar), count(Advice::unclear),
                     count(Advice::failed), count(Advice::missing));
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - std::min(widths[i], width_of(row[i])), ' ');
      const bool is_number = i >= 2 && i <= 4;
      line += (is_number ? padding + row[i] : row[i] + padding) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line + '\n');
  }
  return lines;
}

std::string_view color_of(const ComparedCell& cell) {
  switch (cell.advice) {
    case Advice::suspect: return cell.is_slower() ? color::red : color::green;
    case Advice::failed: return color::red;
    case Advice::missing: return color::yellow;
    default: return color::none;
  }
}

using Fit = std::string(std::string_view);

std::string listed(const std::vector<Difference>& differences, std::string_view before, Fit fit) {
  std::string out;
  for (const Difference& each : differences) {
    out += fmt::format("{}{}: {} in A, {} in B\n", before, each.field, fit(each.a), fit(each.b));
  }
  return out;
}

std::string as_it_is(std::string_view text) { return std::string(text); }

std::string markdown_rows(const std::vector<ComparedCell>& cells, bool similar) {
  std::string out;
  for (const ComparedCell& cell : cells) {
    if ((cell.advice == Advice::similar) != similar) continue;
    out += "|";
    for (const std::string& text : row_of(cell)) out += fmt::format(" {} |", in_markdown(text));
    out += '\n';
  }
  return out;
}

constexpr std::string_view markdown_heading =
    "| | cell | A | B | change | 99 % interval |\n|---|---|--:|--:|--:|---|\n";

Json json_of(const std::vector<Difference>& differences) {
  Json array = Json::array();
  for (const Difference& each : differences) {
    array.push_back({{"field", each.field}, {"a", each.a}, {"b", each.b}});
  }
  return array;
}

Json json_of(const ComparedCell& cell) {
  Json json = {{"name", cell.name},
               {"advice", name_of(cell.advice)},
               {"direction", cell.advice != Advice::suspect ? Json(nullptr)
                             : cell.is_slower()             ? Json("slower")
                                                            : Json("faster")},
               {"reason", cell.reason.empty() ? Json(nullptr) : Json(cell.reason)},
               {"op", cell.op},
               {"a_ns_per_op", or_null(cell.a_ns_per_op)},
               {"b_ns_per_op", or_null(cell.b_ns_per_op)},
               {"a_processes", cell.a_processes},
               {"b_processes", cell.b_processes},
               {"ratio", nullptr}};
  if (cell.ratio) {
    json["ratio"] = {
        {"median", cell.ratio->median}, {"low", cell.ratio->low}, {"high", cell.ratio->high}};
  }
  return json;
}

}  // namespace

std::string to_text(const Comparison& comparison, const TableStyle& style) {
  std::string out = fitted(
      fmt::format("A  {}\nB  {}\n{}\n", comparison.a, comparison.b, verdict_line(comparison)) +
          listed(comparison.incomparable, "  differs  ", as_it_is) +
          listed(comparison.warnings, "  warning  ", as_it_is),
      style);
  if (comparison.cells.empty()) return out;
  std::vector<Row> rows{heading};
  for (const ComparedCell& cell : comparison.cells) rows.push_back(row_of(cell));
  const std::vector<std::string> lines = aligned(rows);
  out += '\n' + fitted(lines.front(), style, color::dim);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    out += fitted(lines[i], style, color_of(comparison.cells[i - 1]));
  }
  return out + '\n' + fitted(fmt::format("{}\n", advice_only), style);
}

std::string to_markdown(const Comparison& comparison) {
  std::string out = fmt::format("**{}**\n", verdict_line(comparison));
  if (!comparison.incomparable.empty())
    out += '\n' + listed(comparison.incomparable, "- ", in_markdown);
  if (!comparison.warnings.empty())
    out += '\n' + listed(comparison.warnings, "- warning: ", in_markdown);
  if (comparison.cells.empty()) return out;
  const std::string others = markdown_rows(comparison.cells, false);
  const std::string similar = markdown_rows(comparison.cells, true);
  if (!others.empty()) out += fmt::format("\n{}{}", markdown_heading, others);
  if (!similar.empty()) {
    out += fmt::format("\n<details><summary>similar</summary>\n\n{}{}\n</details>\n",
                       markdown_heading, similar);
  }
  return fmt::format("{}\n{}\n", out, advice_only);
}

std::string to_json_text(const Comparison& comparison) {
  Json cells = Json::array();
  for (const ComparedCell& cell : comparison.cells) cells.push_back(json_of(cell));
  return to_text(Json{{"schema", 1},
                      {"a", comparison.a},
                      {"b", comparison.b},
                      {"level", Comparison::level},
                      {"min_effect", Comparison::min_effect},
                      {"incomparable", json_of(comparison.incomparable)},
                      {"warnings", json_of(comparison.warnings)},
                      {"cells", std::move(cells)}}) +
         '\n';
}

}  // namespace concbench
