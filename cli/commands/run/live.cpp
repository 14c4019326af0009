#include "cli/commands/run/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/commands/run/progress.hpp"
#include "cli/harness/session.hpp"
#include "cli/terminal/say.hpp"
#include "reports/statistics/statistics.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

// The part of a text that fits into a line.
std::string cut(std::string text, int width) {
  while (width_of(text) > static_cast<std::size_t>(std::max(width, 0))) {
    do {
      text.pop_back();
    } while (!text.empty() && (text.back() & 0xC0) == 0x80);  // never half a character
  }
  return text;
}

bool is_closed(const Cell& cell) { return cell.status != Status::skipped; }

// "4.46 ns  4.40–4.55 ns", of the processes so far; why there is nothing to say otherwise.
std::string said_of(const Cell& cell) {
  const std::optional<Summary> summary = summarize(cell.samples);
  if (!summary) return is_closed(cell) ? std::string(name_of(cell.status)) : "";
  const Estimate& time = summary->ns_per_op;
  std::string text = fmt::format("{:>9} per {}", duration_text(time.median), cell.op);
  if (summary->processes > 1) {
    text += fmt::format("  {}", range_text(time.low, time.high, time.median));
  }
  return text;
}

std::string row_of(const Cell& cell, const LiveView& view, const Cell& current,
                   std::size_t name_width) {
  const std::string name = cell.name();
  return fmt::format("{} {}{}  {}/{}  {}", &cell == &current ? '>' : ' ', name,
                     std::string(name_width - width_of(name), ' '), cell.processes.size(),
                     view.processes, said_of(cell));
}

// Not one that was skipped from the beginning.
bool takes_part(const Cell& cell) {
  return is_closed(cell) || !cell.samples.empty() || cell.reason == not_run_yet;
}

// The cells of the current one's workload.
std::vector<const Cell*> neighbours(const Result& result, const Cell& current) {
  std::vector<const Cell*> cells;
  for (const Cell& cell : result.cells) {
    if (cell.workload == current.workload && takes_part(cell)) cells.push_back(&cell);
  }
  return cells;
}

class LiveTable final : public Progress {
 public:
  explicit LiveTable(const LiveView& view) : view_(view) {}
  LiveTable(const LiveTable&) = delete;
  LiveTable& operator=(const LiveTable&) = delete;
  ~LiveTable() override { erase(); }

  void begin(const Cell& cell, double ahead_s) override {
    current_ = &cell;
    ahead_s_ = ahead_s;
    draw();
  }
  void end_step() override {
    ++done_;
    draw();
  }
  void finish(const Cell& cell) override {
    if (cell.status == Status::ok) return;
    erase();
    say("[{}/{}] {}\n", done_, view_.steps, outcome_of(cell));
  }

 private:
  void erase() {
    if (lines_ > 0) say("\033[{}F\033[J", lines_);
    lines_ = 0;
  }
  void draw() {
    erase();
    const std::string table = live_table(view_, done_, ahead_s_, *current_);
    lines_ = std::ranges::count(table, '\n');
    say_text(table);
  }

  LiveView view_;
  const Cell* current_ = nullptr;
  double ahead_s_ = 0;
  std::size_t done_ = 0;
  std::ptrdiff_t lines_ = 0;
};

}  // namespace

std::string live_table(const LiveView& view, std::size_t done, double ahead_s,
                       const Cell& current) {
  const std::vector<Cell>& all = view.result->cells;
  std::vector<std::string> lines{
      fmt::format("{}  {} of {} cells measured", bar_of(done, view.steps, ahead_s),
                  std::ranges::count_if(all, is_closed), std::ranges::count_if(all, takes_part))};
  const std::vector<const Cell*> cells = neighbours(*view.result, current);
  std::size_t name_width = 0;
  for (const Cell* cell : cells) name_width = std::max(name_width, width_of(cell->name()));
  for (const Cell* cell : cells) lines.push_back(row_of(*cell, view, current, name_width));
  // The last line of the terminal is the cursor's.
  const auto room = static_cast<std::size_t>(std::max(view.height - 1, 1));
  if (lines.size() > room) {
    lines.resize(std::max<std::size_t>(room - 1, 1));
    lines.push_back(fmt::format("  and {} more cells", cells.size() + 1 - lines.size()));
  }
  std::string text;
  for (const std::string& line : lines) {
    text += cut(shown(line, view.style), view.style.width) + '\n';
  }
  return text;
}

std::unique_ptr<Progress> make_live_table(const LiveView& view) {
  return std::make_unique<LiveTable>(view);
}

}  // namespace concbench
