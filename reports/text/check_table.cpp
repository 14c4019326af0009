#include "reports/text/check_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/text/units.hpp"

namespace concbench {
namespace {

double percent_above(double ratio) { return 100 * (ratio - 1); }

std::string title(const CheckedCell& cell, const Check& check) {
  if (!check.self_test) return cell.name;
  return cell.injected > 0 ? fmt::format("{} made {:.3g} % slower", cell.name, 100 * cell.injected)
                           : cell.name + " against itself";
}

// All cells, the worst verdicts first, otherwise in their order.
std::vector<const CheckedCell*> sorted(const Check& check) {
  constexpr Verdict order[] = {Verdict::incomparable, Verdict::failed,       Verdict::missing,
                               Verdict::regression,   Verdict::inconclusive, Verdict::improvement,
                               Verdict::equivalent,   Verdict::skipped};
  std::vector<const CheckedCell*> cells;
  for (const CheckedCell& cell : check.cells) cells.push_back(&cell);
  std::ranges::stable_sort(cells, {}, [&](const CheckedCell* cell) {
    return std::ranges::find(order, cell->judgement.verdict) - order;
  });
  return cells;
}

std::string p_text(double p) { return p < 0.0001 ? "< .0001" : fmt::format("{:.4f}", p).substr(1); }

std::string in_short(const Check& check) {
  std::map<Verdict, int> counts;
  for (const CheckedCell& cell : check.cells) ++counts[cell.judgement.verdict];
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(verdict));
  }
  return text;
}

std::string described(const CheckedProgram& program) {
  std::string text = fmt::format("{} ({}", program.command, program.version);
  if (program.build) text += ", " + *program.build;
  return text + ")";
}

std::string figures(const CheckedCell& cell) {
  const Judgement& judgement = cell.judgement;
  if (!judgement.effect) return "";
  std::string text =
      fmt::format("{}, p {}, {} pairs", effect_text(*judgement.effect),
                  p_text(std::min(judgement.p.value_or(1), 0.9999)), judgement.pairs);
  if (judgement.smallest_detectable) {
    text += fmt::format(", would find {:.1f} %", 100 * *judgement.smallest_detectable);
  }
  return text;
}

std::string_view color_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::equivalent:
    case Verdict::improvement: return color::green;
    case Verdict::inconclusive:
    case Verdict::skipped: return color::yellow;
    default: return color::red;
  }
}

constexpr auto legend =
    "Each: NEW's time against BASE's with its 99 % interval, one-sided p, pairs of processes, and "
    "the smallest slowdown that as many pairs with this scatter would have found.";

void add_row(std::string& text, const CheckedCell& cell) {
  const Judgement& judgement = cell.judgement;
  text += fmt::format(
      "| {} | {} | {} | {:+.1f} % | {:+.1f} … {:+.1f} % | {} | {} | {} |\n", in_markdown(cell.name),
      duration_text(ns_per_op(cell, &Pair::base_ns)), duration_text(ns_per_op(cell, &Pair::new_ns)),
      percent_above(judgement.effect->ratio), percent_above(judgement.effect->low),
      percent_above(judgement.effect->high), p_text(judgement.p.value_or(1)), judgement.pairs,
      judgement.smallest_detectable ? fmt::format("{:.1f} %", 100 * *judgement.smallest_detectable)
                                    : "unknown");
}

// The cells of some verdicts, as a table of those with figures and a list of those without.
std::string section(const std::vector<const CheckedCell*>& cells,
                    std::initializer_list<Verdict> verdicts) {
  std::string rows, list;
  for (const CheckedCell* cell : cells) {
    if (std::ranges::count(verdicts, cell->judgement.verdict) == 0) continue;
    if (cell->judgement.effect) add_row(rows, *cell);
    if (!cell->judgement.reason.empty()) {
      list += fmt::format("- {} {}: {}\n", name_of(cell->judgement.verdict),
                          in_markdown(cell->name), in_markdown(cell->judgement.reason));
    }
  }
  if (!rows.empty()) {
    rows =
        "| cell | base | new | Δ | 99 % interval | p | pairs | would find |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|\n" +
        rows + "\n";
  }
  return rows + (list.empty() ? "" : list + "\n");
}

}  // namespace

std::string effect_text(const Effect& effect) {
  return fmt::format("{:+.1f} % [{:+.1f}, {:+.1f}]", percent_above(effect.ratio),
                     percent_above(effect.low), percent_above(effect.high));
}

std::string to_table(const Check& check, const TableStyle& style) {
  std::string text = fitted(
      fmt::format("BASE  {}\nNEW   {}\n\n", described(check.base), described(check.next)), style);
  std::size_t width = 0;
  for (const CheckedCell& cell : check.cells) width = std::max(width, title(cell, check).size());
  for (const CheckedCell* cell : sorted(check)) {
    const Verdict verdict = cell->judgement.verdict;
    std::string row = fmt::format("{:<13} {:<{}}  {}\n", name_of(verdict), title(*cell, check),
                                  width, figures(*cell));
    if (!cell->judgement.reason.empty()) {
      row += fmt::format("{:13} {}\n", "", cell->judgement.reason);
    }
    text += fitted(row, style, color_of(verdict));
  }
  text += fitted(fmt::format("\n{}\n", in_short(check)), style);
  text += wrapped("", legend, color::none, style);
  for (const std::string& limit : check.limits) {
    text += wrapped("", printable(limit), color::none, style);
  }
  return text;
}

std::string to_markdown(const Check& check) {
  const std::vector<const CheckedCell*> cells = sorted(check);
  std::string text = fmt::format("**{}**: {}\n\n", name_of(overall(check)), in_short(check));
  text += section(cells,
                  {Verdict::incomparable, Verdict::failed, Verdict::missing, Verdict::regression});
  text += section(cells, {Verdict::inconclusive, Verdict::improvement});
  const std::string rest = section(cells, {Verdict::equivalent, Verdict::skipped});
  if (!rest.empty()) {
    text +=
        fmt::format("<details><summary>equivalent and skipped</summary>\n\n{}</details>\n\n", rest);
  }
  text += fmt::format("BASE {}; NEW {}; {}.\n\n", in_markdown(described(check.base)),
                      in_markdown(described(check.next)), in_markdown(check.machine));
  for (const std::string& limit : check.limits) text += in_markdown(limit) + "\n\n";
  text += fmt::format("Again, with the same coin: `{}`\n", printable(check.command));
  return text;
}

}  // namespace concbench
