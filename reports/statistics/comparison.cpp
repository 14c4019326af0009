#include "reports/statistics/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "reports/statistics/rank_sum.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

std::vector<double> log_medians(const Cell& cell) {
  std::vector<double> logs;
  for (const auto& [process, ns] : process_medians(cell.samples)) logs.push_back(std::log(ns));
  return logs;
}

Advice advice_on(const Estimate& ratio) {
  const double size = std::abs(std::log(ratio.median));
  const double least = std::log1p(Comparison::min_effect);
  if ((ratio.low > 1 || ratio.high < 1) && size >= least) return Advice::suspect;
  return std::log(ratio.high) < least && std::log(ratio.low) > -least ? Advice::similar
                                                                      : Advice::unclear;
}

void compare_times(ComparedCell& compared, const Cell& a, const Cell& b) {
  compared.a_ns_per_op = a.summary->ns_per_op.median;
  compared.b_ns_per_op = b.summary->ns_per_op.median;
  compared.a_processes = a.summary->processes;
  compared.b_processes = b.summary->processes;
  const std::vector<double> in_a = log_medians(a), in_b = log_medians(b);
  const auto interval = shift_interval(in_a, in_b, Comparison::level);
  if (!interval) {
    compared.reason = fmt::format(
        "{} and {} processes are too few for a 99 % interval: measure 5 "
        "or more, for instance with --preset=ci",
        in_a.size(), in_b.size());
    return;
  }
  compared.ratio = Estimate{.median = std::exp(shift(in_a, in_b)),
                            .low = std::exp(interval->low),
                            .high = std::exp(interval->high)};
  compared.advice = advice_on(*compared.ratio);
}

std::optional<ComparedCell> compared_cell(const Cell* a, const Cell* b) {
  const Cell& any = a ? *a : *b;
  ComparedCell compared;
  compared.name = any.name();
  compared.op = any.op;
  const auto measured = [](const Cell* cell) { return cell && cell->status == Status::ok; };
  if (measured(a) && measured(b)) {
    compare_times(compared, *a, *b);
  } else if (!measured(a) && !measured(b)) {
    return std::nullopt;  // nothing was measured, nothing got lost
  } else if (!a || !b) {
    compared.advice = Advice::missing;
    compared.reason = fmt::format("not in {}", a ? "B" : "A");
  } else {
    const Cell& other = measured(a) ? *b : *a;
    compared.advice = Advice::failed;
    compared.reason =
        fmt::format("{} in {}: {}", name_of(other.status), measured(a) ? "B" : "A", other.reason);
  }
  return compared;
}

// Those that ask for attention first.
auto urgency(const ComparedCell& cell) {
  return std::tuple(cell.advice != Advice::suspect,
                    cell.advice == Advice::suspect && !cell.is_slower(),
                    cell.advice == Advice::similar);
}

}  // namespace

std::string_view name_of(Advice advice) {
  switch (advice) {
    case Advice::suspect: return "suspect";
    case Advice::similar: return "similar";
    case Advice::unclear: return "unclear";
    case Advice::failed: return "failed";
    case Advice::missing: return "missing";
  }
  return "";
}

bool Comparison::suspects_slower() const {
  return std::ranges::any_of(cells, [](const ComparedCell& cell) {
    return cell.advice == Advice::suspect && cell.is_slower();
  });
}

Comparison compare(const Result& a, const Result& b) {
  Comparison comparison;
  comparison.incomparable = hard_differences(a, b);
  comparison.warnings = soft_differences(a, b);
  if (!comparison.incomparable.empty()) return comparison;

  std::map<std::string, const Cell*> in_b;
  for (const Cell& cell : b.cells) in_b[cell.name()] = &cell;
  const auto add = [&](const Cell* in_a, const Cell* other) {
    if (auto cell = compared_cell(in_a, other)) comparison.cells.push_back(std::move(*cell));
  };
  for (const Cell& cell : a.cells) {
    const auto found = in_b.extract(cell.name());
    add(&cell, found.empty() ? nullptr : found.mapped());
  }
  for (const Cell& cell : b.cells) {
    if (in_b.contains(cell.name())) add(nullptr, &cell);
  }
  std::ranges::stable_sort(comparison.cells, {}, urgency);
  return comparison;
}

}  // namespace concbench
