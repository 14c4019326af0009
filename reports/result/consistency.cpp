#include "reports/result/consistency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "reports/result/date.hpp"
#include "reports/result/json.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

template <class... Args>
[[noreturn]] void refuse(const std::string& place, fmt::format_string<Args...> why,
                         Args&&... args) {
  throw BadJson(fmt::format("\"{}\" {}", place, fmt::format(why, std::forward<Args>(args)...)));
}

// Names are printed, put into other formats and compared, so nothing in them may be invisible.
void refuse_control_bytes(const std::string& place, std::string_view text) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, is_control)) refuse(place, "has a control character");
}

void refuse_name(const std::string& place, std::string_view name) {
  if (name.empty()) refuse(place, "is empty");
  refuse_control_bytes(place, name);
}

void refuse_beyond(const std::string& place, auto value, auto low) {
  if (std::cmp_less(value, low) || std::cmp_greater(value, largest_count)) {
    refuse(place, "is {}; it must be from {} to 2^53", value, low);
  }
}

void check_sample(const std::string& place, const Sample& sample) {
  refuse_beyond(place + ".process", sample.process, 0);
  refuse_beyond(place + ".index", sample.index, 0);
  refuse_beyond(place + ".iterations", sample.iterations, 1);
  refuse_beyond(place + ".wall_ns", sample.wall_ns, 0);
  refuse_beyond(place + ".ops", sample.ops, 0);
  refuse_beyond(place + ".span_ns", sample.span_ns, 0);
  if (sample.cpu_ns) refuse_beyond(place + ".cpu_ns", *sample.cpu_ns, 0);
}

// Written numbers come back exactly; the slack is for writers that round.
void refuse_other(const std::string& place, double stored, double computed) {
  if (!(std::abs(stored - computed) <= 1e-6 * std::abs(computed))) {
    refuse(place, "is {}, but its samples give {}", stored, computed);
  }
}

void check_estimate(const std::string& place, const Estimate& stored, const Estimate& computed) {
  refuse_other(place + ".median", stored.median, computed.median);
  refuse_other(place + ".low", stored.low, computed.low);
  refuse_other(place + ".high", stored.high, computed.high);
}

void check_summary(const std::string& place, const Cell& cell) {
  const std::optional<Summary> computed = summarize(cell.samples);
  if (!computed) refuse(place, "is there, but the cell has no samples to compute it from");
  const Summary& stored = *cell.summary;
  check_estimate(place + ".ns_per_op", stored.ns_per_op, computed->ns_per_op);
  check_estimate(place + ".ops_per_s", stored.ops_per_s, computed->ops_per_s);
  refuse_other(place + ".level", stored.level, computed->level);
  if (stored.processes != computed->processes) {
    refuse(place + ".processes", "is {}, but its samples are of {}", stored.processes,
           computed->processes);
  }
}

void check_names(const std::string& place, const Cell& cell) {
  refuse_name(place + ".model", cell.model);
  refuse_name(place + ".workload", cell.workload);
  refuse_name(place + ".op", cell.op);
  refuse_control_bytes(place + ".layout", cell.layout);
  for (const auto& [key, value] : cell.params) {
    refuse_name(place + ".params", key);
    refuse_control_bytes(place + ".params." + key, text_of(value));
  }
}

void check_cell(const std::string& place, const Cell& cell) {
  check_names(place, cell);
  refuse_beyond(place + ".cores", cell.cores, 1);
  for (std::size_t i = 0; i < cell.samples.size(); ++i) {
    check_sample(fmt::format("{}.samples[{}]", place, i), cell.samples[i]);
  }
  if (cell.status == Status::ok) {
    if (!cell.verified) refuse(place + ".verified", "is false, but the cell is ok");
    if (!cell.summary) refuse(place + ".summary", "is null, but the cell is ok");
  } else if (cell.summary) {
    refuse(place + ".summary", "is there, but the cell is {}", name_of(cell.status));
  }
  if (cell.summary) check_summary(place + ".summary", cell);
}

}  // namespace

void refuse_inconsistent(const Result& result) {
  if (!is_date(result.date)) {
    refuse("concbench.date", "is not a date and time such as 2026-11-27T18:34:45Z");
  }
  refuse_control_bytes("concbench.environment.cpu_model", result.environment.cpu_model);
  refuse_control_bytes("concbench.environment.kernel", result.environment.kernel);
  refuse_control_bytes("concbench.environment.host", result.environment.host);
  refuse_control_bytes("concbench.build.compiler", result.build.compiler);
  refuse_control_bytes("concbench.build.flags", result.build.flags);
  refuse_control_bytes("concbench.build.commit", result.build.commit);
  std::set<std::string> names;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const std::string place = fmt::format("concbench.cells[{}]", i);
    check_cell(place, result.cells[i]);
    if (!names.insert(result.cells[i].name()).second) {
      refuse(place, "is a second cell {}", result.cells[i].name());
    }
  }
}

}  // namespace concbench
