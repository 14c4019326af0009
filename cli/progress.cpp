#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace concbench {

std::string spoken_time(double seconds) {
  if (seconds < 1) return "1 s";
  const auto whole = std::llround(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

Progress::Progress(std::size_t steps, double expected_s, bool terminal)
    : steps_(steps), terminal_(terminal) {
  fmt::print(stderr, "{} worker processes, about {}\n", steps, spoken_time(expected_s));
}

Progress::~Progress() { clear(); }

void Progress::clear() const {
  if (terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::begin(const Cell& cell, double ahead_s) {
  if (!terminal_) return;
  constexpr std::size_t width = 24;
  const std::size_t filled = steps_ ? width * done_ / steps_ : width;
  fmt::print(stderr, "\r\033[K[{:#<{}}{:.<{}}] {}/{}  {} left  {}", "", filled, "", width - filled,
             done_, steps_, spoken_time(ahead_s), cell.name());
  std::fflush(stderr);
}

void Progress::end_step() { ++done_; }

void Progress::finish(const Cell& cell) {
  if (terminal_ && cell.status == Status::ok) return;
  clear();
  if (cell.status == Status::ok) {
    fmt::print(stderr, "[{}/{}] {}: {:.4g} ns per {}\n", done_, steps_, cell.name(),
               cell.summary->ns_per_op.median, cell.op);
  } else {
    fmt::print(stderr, "[{}/{}] {}: {}: {}\n", done_, steps_, cell.name(), name_of(cell.status),
               cell.reason);
  }
}

}  // namespace concbench
