#include "cli/commands/run/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/terminal/say.hpp"
#include "reports/statistics/ranking.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

class Lines final : public Progress {
 public:
  explicit Lines(std::size_t steps) : steps_(steps) {}

  void begin(const Cell&, double) override {}
  void end_step() override { ++done_; }
  void finish(const Cell& cell) override { say("[{}/{}] {}\n", done_, steps_, outcome_of(cell)); }

 private:
  std::size_t steps_, done_ = 0;
};

class Bar final : public Progress {
 public:
  explicit Bar(std::size_t steps) : steps_(steps) {}
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  ~Bar() override { clear(); }

  void begin(const Cell& cell, double ahead_s) override {
    clear();
    say("{}  {}", bar_of(done_, steps_, ahead_s), cell.name());
  }
  void end_step() override { ++done_; }
  void finish(const Cell& cell) override {
    if (cell.status == Status::ok) return;
    clear();
    say("[{}/{}] {}\n", done_, steps_, outcome_of(cell));
  }

 private:
  static void clear() { say("\r\033[K"); }

  std::size_t steps_, done_ = 0;
};

}  // namespace

std::string bar_of(std::size_t done, std::size_t steps, double ahead_s) {
  constexpr std::size_t width = 24;
  const std::size_t filled = steps ? width * done / steps : width;
  return fmt::format("[{:#<{}}{:.<{}}] {}/{}  {} left", "", filled, "", width - filled, done, steps,
                     spoken_time(ahead_s));
}

std::string outcome_of(const Cell& cell) {
  if (cell.status != Status::ok) {
    return fmt::format("{}: {}: {}", cell.name(), name_of(cell.status), cell.reason);
  }
  if (const auto latency = ranking_metric(cell); latency && is_paced(cell)) {
    return fmt::format("{}: p99 {}", cell.name(), duration_text(latency->median));
  }
  return fmt::format("{}: {:.4g} ns per {}", cell.name(), cell.summary->ns_per_op.median, cell.op);
}

std::unique_ptr<Progress> make_progress(std::size_t steps, double expected_s, bool terminal) {
  say("{} processes, about {}\n", steps, spoken_time(expected_s));
  if (terminal) return std::make_unique<Bar>(steps);
  return std::make_unique<Lines>(steps);
}

}  // namespace concbench
