#include "reports/text/table_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text/units.hpp"

namespace concbench {
namespace {

std::string nanoseconds_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

template <class T, class Text>
std::optional<std::string> said(const std::optional<T>& value, Text&& text) {
  return value ? std::optional<std::string>(text(*value)) : std::nullopt;
}

template <std::int64_t Latency::*Percentile>
std::optional<std::string> latency_text(const Group&, const Cell& cell) {
  return cell.latency ? std::optional(nanoseconds_text((*cell.latency).*Percentile)) : std::nullopt;
}

std::optional<std::string> best_text(const Group& group, const Cell& cell) {
  return said(times_best(group, cell), ratio_text);
}
std::optional<std::string> serial_text(const Group& group, const Cell& cell) {
  if (!group.serial) return {};
  return ratio_text(ns_per_op(cell) / ns_per_op(*group.serial));
}
std::optional<std::string> ops_text(const Group&, const Cell& cell) {
  return rate_text(cell.summary->ops_per_s.median);
}
std::optional<std::string> cpu_text(const Group&, const Cell& cell) {
  return said(cell.summary->cpu_per_wall, ratio_text);
}
std::optional<std::string> cpu_per_op_text(const Group&, const Cell& cell) {
  return said(cell.summary->cpu_ns_per_op, duration_text);
}
std::optional<std::string> rss_text(const Group&, const Cell& cell) {
  return said(cell.memory.peak_rss_bytes, bytes_text);
}
std::optional<std::string> cold_start_text(const Group&, const Cell& cell) {
  return said(cell.measures.cold_start_ns, nanoseconds_text);
}
std::optional<std::string> overlap_text(const Group&, const Cell& cell) {
  return said(cell.measures.overlap, ratio_text);
}
std::optional<std::string> metg_text(const Group&, const Cell& cell) {
  return said(cell.measures.metg_ns, duration_text);
}
// What the slowest task had had of what the quickest had.
std::optional<std::string> share_text(const Group&, const Cell& cell) {
  return said(cell.measures.fairness, [](const Fairness& fairness) {
    return fmt::format("{:.0f} %",
                       100.0 * static_cast<double>(fairness.share_low) /
                           static_cast<double>(std::max<std::int64_t>(1, fairness.share_high)));
  });
}
std::optional<std::string> bytes_per_task_text(const Group&, const Cell& cell) {
  const Memory& memory = cell.memory;
  if (!memory.user_bytes_per_task || !memory.kernel_bytes_per_task) return {};
  const std::int64_t bytes = *memory.user_bytes_per_task + *memory.kernel_bytes_per_task;
  // The kernel's part is read off the whole machine: few tasks are lost in what others do.
  if (bytes <= 0) return {};
  return bytes_text(bytes);
}

// Ordered by importance: on a narrow terminal the last ones give way. `usual` are shown even where
// nothing of them is known.
std::vector<TableColumn> usual_columns(const Group& group) {
  const std::string op = group.any().op;
  if (is_paced(group.any())) {
    return {{"p50", latency_text<&Latency::p50>},
            {"p99", latency_text<&Latency::p99>},
            {"× best", best_text},
            {"p99.9", latency_text<&Latency::p999>},
            {"max", latency_text<&Latency::max>},
            {"ops/s", ops_text},
            {"CPU per " + op, cpu_per_op_text},
            {"CPU/wall", cpu_text},
            {"memory", rss_text}};
  }
  return {{"× best", best_text},  {"× serial", serial_text}, {"ops/s", ops_text},
          {"CPU/wall", cpu_text}, {"memory", rss_text},      {"cold start", cold_start_text}};
}

std::optional<std::string> switched_text(const Group&, const Cell& cell) {
  return said(cell.measures.switched_share,
              [](double share) { return fmt::format("{:.0f} %", 100 * share); });
}
std::optional<std::string> greedy_share_text(const Group&, const Cell& cell) {
  return said(cell.measures.greedy_share, percent_text);
}

// Shown where the shape has them.
std::vector<TableColumn> special_columns(const Group& group) {
  std::vector<TableColumn> columns{
      {"overlap", overlap_text},           {"METG", metg_text},
      {"least share", share_text},         {"switched", switched_text},
      {"greedy share", greedy_share_text}, {"bytes/task", bytes_per_task_text}};
  if (!is_paced(group.any())) {
    columns.push_back({"p50 wait", latency_text<&Latency::p50>});
    columns.push_back({"p99 wait", latency_text<&Latency::p99>});
  }
  std::erase_if(columns, [&](const TableColumn& column) {
    return std::none_of(group.ranked.begin(), group.ranked.end(),
                        [&](const Cell* cell) { return column.text(group, *cell).has_value(); });
  });
  return columns;
}

std::optional<std::string> time_text(const Group&, const Cell& cell) {
  return duration_text(ns_per_op(cell));
}
std::optional<std::string> range_of_cell(const Group&, const Cell& cell) {
  if (cell.summary->processes < 2) return {};
  const Estimate& time = cell.summary->ns_per_op;
  return range_text(time.low, time.high, time.median);
}

}  // namespace

std::vector<TableColumn> columns_of(const Group& group) {
  std::vector<TableColumn> columns;
  if (!is_paced(group.any())) {
    columns = {{"per " + group.any().op, time_text}, {"range", range_of_cell}};
  }
  const auto usual = usual_columns(group), special = special_columns(group);
  // What the shape is about comes right after what its cells are ranked by.
  const auto middle = usual.begin() + std::min<std::ptrdiff_t>(3, std::ssize(usual));
  columns.insert(columns.end(), usual.begin(), middle);
  columns.insert(columns.end(), special.begin(), special.end());
  columns.insert(columns.end(), middle, usual.end());
  return columns;
}

}  // namespace concbench
