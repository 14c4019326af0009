#include "reports/text/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/statistics/load_curve.hpp"
#include "reports/statistics/ranking.hpp"
#include "reports/text/table_columns.hpp"
#include "reports/text/text.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

// ---- What a table says, whatever it looks like -------------------------------------------------

constexpr std::string_view unknown = "—";

struct Column {
  std::string head;
  bool left = false;  // text; numbers are set to the right
};

struct Remark {
  std::string what;  // "[1]", or a status
  std::string text;
};

struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<Remark> notes;   // to marks in the rows
  std::vector<Remark> absent;  // cells without a number
};

// Numbers the distinct notes of a table in the order in which they are first needed.
class Notes {
 public:
  std::string mark(const std::string& text) {
    auto found = std::find_if(notes_.begin(), notes_.end(),
                              [&](const Remark& note) { return note.text == text; });
    if (found == notes_.end()) {
      found = notes_.insert(found, {fmt::format("[{}]", notes_.size() + 1), text});
    }
    return found->what;
  }
  std::vector<Remark> take() { return std::move(notes_); }

 private:
  std::vector<Remark> notes_;
};

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string title_of(const Group& group) {
  const Cell& any = group.any();
  std::string title = any.workload;
  for (const auto& [name, value] : any.params) title += fmt::format(" {}={}", name, text_of(value));
  title += fmt::format(" · {} {}", any.cores, any.cores == 1 ? "core" : "cores");
  if (!any.layout.empty()) title += " · " + any.layout;
  if (any.oversubscribed) title += " · oversubscribed";
  if (any.shape == "serve") title += is_paced(any) ? " · open loop" : " · closed loop";
  return title;
}

// Cells that did not come to a number for the same reason share a line.
std::vector<Remark> absent_of(const Group& group) {
  std::vector<Remark> absent;
  std::map<std::pair<Status, std::string>, std::size_t> index;
  for (const Cell* cell : group.unranked) {
    const std::string reason = cell->reason.empty() ? "no reason given" : cell->reason;
    const auto [place, is_new] = index.emplace(std::pair(cell->status, reason), absent.size());
    if (is_new) absent.push_back({std::string(name_of(cell->status)), ""});
    std::string& text = absent[place->second].text;
    text += (text.empty() ? "" : ", ") + cell->model;
  }
  for (const auto& [key, at] : index) absent[at].text += ": " + key.second;
  return absent;
}

// `processes` is what the ranges of the result are of; a row of fewer says so.
Table table_of(const Group& group, int processes) {
  Table table;
  table.title = title_of(group);
  const std::vector<TableColumn> columns = columns_of(group);
  table.columns = {{"#"}, {"model", true}};
  for (const TableColumn& column : columns) table.columns.push_back({column.head});
  table.absent = absent_of(group);
  Notes notes;
  for (std::size_t rank = 0; rank < group.ranked.size(); ++rank) {
    const Cell& cell = *group.ranked[rank];
    std::vector<std::string> doubts = cell.warnings;
    if (cell.summary->processes != processes) {
      doubts.push_back(
          fmt::format("measured in {} of {} processes", cell.summary->processes, processes));
    }
    const std::string mark = doubts.empty() ? "" : notes.mark(joined(doubts, "; "));
    const std::string model = mark.empty() ? cell.model : cell.model + ' ' + mark;
    std::vector<std::string>& row = table.rows.emplace_back();
    row = {fmt::to_string(rank + 1), model};
    for (const TableColumn& column : columns) {
      row.push_back(column.text(group, cell).value_or(std::string(unknown)));
    }
  }
  table.notes = notes.take();
  return table;
}

int most_processes(const Result& result) {
  int most = 0;
  for (const Cell& cell : result.cells) {
    if (cell.summary) most = std::max(most, cell.summary->processes);
  }
  return most;
}

// A range is called an interval from the usual 95 % on: that takes six processes.
std::string meaning_of_range(const Result& result) {
  const int processes = most_processes(result);
  if (processes < 2) return "One process a cell: no range can be given.";
  for (const Cell& cell : result.cells) {
    if (!cell.summary || cell.summary->processes != processes) continue;
    if (cell.summary->level < 0.95) break;
    return fmt::format("Times are medians, ranges {} intervals of {} processes.",
                       level_text(cell.summary->level), processes);
  }
  return fmt::format("Times are medians, ranges those of {} processes.", processes);
}

std::string knee_of(const LoadCurve& curve) {
  const std::string who =
      fmt::format("{} on {} {}", curve.model, curve.cores, curve.cores == 1 ? "core" : "cores");
  if (!curve.knee) return who + " kept up with none of the rates.";
  const std::string rate = rate_text(static_cast<double>(*curve.knee));
  return curve.past_knee
             ? fmt::format("{} kept up with {} requests a second, its knee.", who, rate)
             : fmt::format("{} kept up with all rates, to {} requests a second.", who, rate);
}

// What holds for all tables.
std::vector<std::string> remarks_of(const Result& result) {
  std::vector<std::string> remarks;
  const auto any = [&](auto&& is) {
    return std::any_of(result.cells.begin(), result.cells.end(), [&](const Cell& cell) {
      return cell.status == Status::ok && cell.summary && is(cell);
    });
  };
  if (any(is_paced)) {
    remarks.push_back("Where the load sets the pace, models are ranked by their p99 latency.");
  }
  if (any([](const Cell& cell) { return cell.shape == "serve" && !is_paced(cell); })) {
    remarks.push_back(
        "Closed loop: a client waits for its answer before it asks again, so a slow server is "
        "asked "
        "less often, and its latencies look better than they are.");
  }
  if (most_processes(result) > 0) remarks.insert(remarks.begin(), meaning_of_range(result));
  for (const LoadCurve& curve : load_curves_of(result)) remarks.push_back(knee_of(curve));
  for (const std::string& adjusted : result.adjusted) remarks.push_back(adjusted);
  if (!result.complete) remarks.push_back("The run was ended early: cells are missing.");
  return remarks;
}

// ---- On a terminal -----------------------------------------------------------------------------

class Terminal {
 public:
  explicit Terminal(const TableStyle& style) : style_(style) {}

  void add(Table table) {
    if (!out_.empty()) out_ += '\n';
    wrapped("", table.title, color::bold);
    if (!table.rows.empty()) grid(table);
    for (const Remark& note : table.notes) {
      wrapped(fmt::format("{}{} ", indent, note.what), note.text, color::yellow);
    }
    for (const Remark& absent : table.absent) {
      wrapped(fmt::format("{}{:<8} ", indent, absent.what), absent.text,
              absent.what == name_of(Status::skipped) ? color::dim : color::red);
    }
  }

  void add(const std::vector<std::string>& remarks) {
    if (!remarks.empty() && !out_.empty()) out_ += '\n';
    for (const std::string& remark : remarks) wrapped("", remark, color::dim);
  }

  std::string take() { return std::move(out_); }

 private:
  static constexpr std::string_view indent = "  ", gap = "  ";

  void line(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    out_ += text;
    out_ += '\n';
  }

  void grid(const Table& table) {
    std::vector<std::vector<std::string>> lines(1);
    for (const Column& column : table.columns) lines[0].push_back(shown(column.head, style_));
    for (const auto& row : table.rows) {
      std::vector<std::string>& cells = lines.emplace_back();
      for (const std::string& cell : row) cells.push_back(shown(cell, style_));
    }
    const std::vector<std::size_t> widths = fitting(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string text(indent);
      for (std::size_t c = 0; c < widths.size(); ++c) {
        const std::string padding(widths[c] - width_of(lines[i][c]), ' ');
        if (c > 0) text += gap;
        text += table.columns[c].left ? lines[i][c] + padding : padding + lines[i][c];
      }
      text.erase(text.find_last_not_of(' ') + 1);
      line(i == 0   ? painted(color::dim, text, style_)
           : i == 1 ? painted(color::green, text, style_)
                    : text);
    }
  }

  // The widths of as many columns as fit; the time is shown however narrow the terminal is.
  std::vector<std::size_t> fitting(const std::vector<std::vector<std::string>>& lines) const {
    constexpr std::size_t always = 3;
    std::vector<std::size_t> widths;
    std::size_t total = indent.size();
    for (std::size_t c = 0; c < lines[0].size(); ++c) {
      std::size_t width = 0;
      for (const auto& cells : lines) width = std::max(width, width_of(cells[c]));
      total += width + (c > 0 ? gap.size() : 0);
      if (c >= always && total > static_cast<std::size_t>(std::max(style_.width, 0))) break;
      widths.push_back(width);
    }
    return widths;
  }

  void wrapped(const std::string& prefix, std::string_view text, std::string_view code) {
    out_ += concbench::wrapped(prefix, text, code, style_);
  }

  TableStyle style_;
  std::string out_;
};

// ---- Markdown ----------------------------------------------------------------------------------

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += ' ' + cell + " |";
  return row + '\n';
}

std::string markdown_of(const Table& table) {
  std::string out = fmt::format("### {}\n\n", in_markdown(table.title));
  if (!table.rows.empty()) {
    std::vector<std::string> heads, rules;
    for (const Column& column : table.columns) {
      heads.push_back(column.head);
      rules.push_back(column.left ? ":--" : "--:");
    }
    out += markdown_row(heads) + markdown_row(rules);
    for (const auto& row : table.rows) {
      std::vector<std::string> cells;
      for (const std::string& cell : row) cells.push_back(in_markdown(cell));
      out += markdown_row(cells);
    }
    out += '\n';
  }
  for (const auto& remarks : {table.notes, table.absent}) {
    for (const Remark& remark : remarks) {
      out += fmt::format("- {} {}\n", in_markdown(remark.what), in_markdown(remark.text));
    }
  }
  if (!table.notes.empty() || !table.absent.empty()) out += '\n';
  return out;
}

// ---- CSV ---------------------------------------------------------------------------------------

// What a spreadsheet would compute.
bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@").find(text.front()) == text.npos) return false;
  double number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error != std::errc{} || end != text.data() + text.size();
}

std::string csv_text(std::string_view raw) {
  std::string text = printable(raw);
  if (is_formula(text)) text.insert(0, 1, '\'');
  if (text.find_first_of(",\"") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

template <class T>
std::string csv_of(const std::optional<T>& value) {
  return value ? fmt::to_string(*value) : "";
}

using CsvColumn = std::pair<std::string_view, std::string (*)(const Cell&)>;

template <auto Quantity, auto Member>
std::string estimated(const Cell& cell) {
  return cell.summary ? fmt::to_string((*cell.summary).*Quantity.*Member) : "";
}

constexpr CsvColumn csv_columns[] = {
    {"model", [](const Cell& c) { return c.model; }},
    {"workload", [](const Cell& c) { return c.workload; }},
    {"shape", [](const Cell& c) { return c.shape; }},
    {"params",
     [](const Cell& c) {
       std::vector<std::string> params;
       for (const auto& [name, value] : c.params) params.push_back(name + '=' + text_of(value));
       return joined(params, " ");
     }},
    {"cores", [](const Cell& c) { return fmt::to_string(c.cores); }},
    {"layout", [](const Cell& c) { return c.layout; }},
    {"oversubscribed", [](const Cell& c) { return fmt::to_string(c.oversubscribed); }},
    {"status", [](const Cell& c) { return std::string(name_of(c.status)); }},
    {"reason", [](const Cell& c) { return c.reason; }},
    {"op", [](const Cell& c) { return c.op; }},
    {"ns_per_op", estimated<&Summary::ns_per_op, &Estimate::median>},
    {"ns_per_op_low", estimated<&Summary::ns_per_op, &Estimate::low>},
    {"ns_per_op_high", estimated<&Summary::ns_per_op, &Estimate::high>},
    {"ops_per_s", estimated<&Summary::ops_per_s, &Estimate::median>},
    {"ops_per_s_low", estimated<&Summary::ops_per_s, &Estimate::low>},
    {"ops_per_s_high", estimated<&Summary::ops_per_s, &Estimate::high>},
    {"cpu_per_wall",
     [](const Cell& c) { return c.summary ? csv_of(c.summary->cpu_per_wall) : ""; }},
    {"processes",
     [](const Cell& c) { return c.summary ? fmt::to_string(c.summary->processes) : ""; }},
    {"level", [](const Cell& c) { return c.summary ? fmt::to_string(c.summary->level) : ""; }},
    {"peak_rss_bytes", [](const Cell& c) { return csv_of(c.memory.peak_rss_bytes); }},
    {"children_peak_rss_bytes",
     [](const Cell& c) { return csv_of(c.memory.children_peak_rss_bytes); }},
    {"cpu_ns_per_op",
     [](const Cell& c) { return c.summary ? csv_of(c.summary->cpu_ns_per_op) : ""; }},
    {"p50_ns", [](const Cell& c) { return c.latency ? fmt::to_string(c.latency->p50) : ""; }},
    {"p99_ns", [](const Cell& c) { return c.latency ? fmt::to_string(c.latency->p99) : ""; }},
    {"user_bytes_per_task", [](const Cell& c) { return csv_of(c.memory.user_bytes_per_task); }},
    {"kernel_bytes_per_task", [](const Cell& c) { return csv_of(c.memory.kernel_bytes_per_task); }},
    {"overlap", [](const Cell& c) { return csv_of(c.measures.overlap); }},
    {"metg_ns", [](const Cell& c) { return csv_of(c.measures.metg_ns); }},
    {"cold_start_ns", [](const Cell& c) { return csv_of(c.measures.cold_start_ns); }},
    {"answer", [](const Cell& c) { return c.answer; }},
    {"verified", [](const Cell& c) { return fmt::to_string(c.verified); }},
    {"warnings", [](const Cell& c) { return joined(c.warnings, "; "); }},
    {"command", [](const Cell& c) { return c.command; }},
};

}  // namespace

std::string to_table(const Result& result, const TableStyle& style) {
  Terminal terminal(style);
  const int processes = most_processes(result);
  for (const Group& group : groups_of(result)) terminal.add(table_of(group, processes));
  terminal.add(remarks_of(result));
  return terminal.take();
}

std::string to_markdown(const Result& result) {
  std::string out;
  const int processes = most_processes(result);
  for (const Group& group : groups_of(result)) out += markdown_of(table_of(group, processes));
  for (const std::string& remark : remarks_of(result)) out += in_markdown(remark) + "\n\n";
  if (!out.empty()) out.pop_back();
  return out;
}

std::string to_csv(const Result& result) {
  std::string out;
  std::string_view separator = "";
  for (const auto& [name, value] : csv_columns) {
    out += std::exchange(separator, ",");
    out += name;
  }
  out += "\r\n";
  for (const Cell& cell : result.cells) {
    separator = "";
    for (const auto& [name, value] : csv_columns) {
      out += std::exchange(separator, ",");
      out += csv_text(value(cell));
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace concbench
