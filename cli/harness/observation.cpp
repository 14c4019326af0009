#include "cli/harness/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/statistics/statistics.hpp"
#include "workloads/latency.hpp"
#include "workloads/probe.hpp"

namespace concbench {
namespace {

std::string waited_for(Shape shape) {
  switch (shape) {
    case Shape::fan_out: return "from a task's making to its first instruction";
    case Shape::hand_off: return "from one hop to the next";
    case Shape::channel: return "from a message's sending to its receipt";
    case Shape::contend: return "for the lock";
    case Shape::timers: return "past the deadline";
    case Shape::recipe: return "beyond the length of a wait, or of a computation";
    case Shape::serve: return "from the time a request was due to its answer";
    default: return "";
  }
}

std::uint64_t total(const Histogram& counts) {
  std::uint64_t all = 0;
  for (const auto& [bucket, times] : counts) all += times;
  return all;
}

// The smallest bucket with at least this share of all at or below it.
std::int64_t percentile(const Histogram& counts, double share) {
  const auto due =
      static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total(counts))));
  std::uint64_t sum = 0;
  for (const auto& [bucket, times] : counts) {
    sum += times;
    if (sum >= due) return static_cast<std::int64_t>(LatencyBuckets::middle(bucket));
  }
  return 0;
}

Latency latency_of(Shape shape, const std::map<int, Histogram>& by_process) {
  Histogram counts;
  std::vector<double> p99;
  for (const auto& [process, of_process] : by_process) {
    for (const auto& [bucket, times] : of_process) counts[bucket] += times;
    p99.push_back(static_cast<double>(percentile(of_process, 0.99)));
  }
  Latency latency{.what = waited_for(shape),
                  .count = static_cast<std::int64_t>(total(counts)),
                  .p50 = percentile(counts, 0.5),
                  .p90 = percentile(counts, 0.9),
                  .p99 = percentile(counts, 0.99),
                  .p999 = percentile(counts, 0.999),
                  .p9999 = percentile(counts, 0.9999),
                  .max = percentile(counts, 1),
                  .p99_of_processes = estimate(p99),
                  .buckets = {}};
  for (const auto& [bucket, times] : counts) {
    latency.buckets.push_back(
        {static_cast<std::int64_t>(LatencyBuckets::low(bucket)), static_cast<std::int64_t>(times)});
  }
  return latency;
}

}  // namespace

Notice read_notice(const Json& sample) {
  Notice notice;
  if (const Json* measures = optional_field(sample, "measures")) {
    for (const auto& [name, value] : as_object(*measures, "measures").items()) {
      const std::int64_t measure = as_integer(value, "measures." + name);
      if (std::abs(measure) > largest_count) {
        throw BadJson(fmt::format("\"measures.{}\" must be within 2^53", name));
      }
      notice.measures[name] = measure;
    }
  }
  if (const Json* latency = optional_field(sample, "latency")) {
    for (const Json& pair : as_array(*latency, "latency")) {
      if (as_array(pair, "latency").size() != 2) throw BadJson("\"latency\" must hold pairs");
      const std::uint64_t bucket = as_unsigned(pair[0], "latency");
      if (bucket >= LatencyBuckets::count) throw BadJson("\"latency\" names no bucket");
      notice.latency[bucket] += static_cast<std::uint64_t>(as_count(pair[1], "latency"));
    }
  }
  return notice;
}

void Notices::add(const Notice& notice, std::int64_t wall_ns, int process) {
  for (const auto& [name, value] : notice.measures) {
    measures_[name].push_back(static_cast<double>(value));
  }
  for (const auto& [bucket, times] : notice.latency) latency_[process][bucket] += times;
  const auto per_wall = [&](Measure measure, const char* name) {
    const auto sum = notice.measures.find(std::string(name_of(measure)));
    if (sum == notice.measures.end() || wall_ns == 0) return;
    measures_[name].push_back(static_cast<double>(sum->second) / static_cast<double>(wall_ns));
  };
  per_wall(Measure::wait_ns, "overlap");
  per_wall(Measure::greedy_ns, "greedy_cores");
}

// The kernel tells its memory for the whole machine only, in which few tasks are lost once other
// programs are busy: where samples differ by more than a quarter of a task, its part is not known.
void Notices::refuse_disturbed(Cell& cell) const {
  const auto found = measures_.find(std::string(name_of(Measure::kernel_bytes_per_task)));
  if (found == measures_.end()) return;
  const auto [low, high] = std::ranges::minmax(found->second);
  const double whole = static_cast<double>(cell.memory.user_bytes_per_task.value_or(0) +
                                           cell.memory.kernel_bytes_per_task.value_or(0));
  if (high - low <= 0.25 * std::max(1.0, whole)) return;
  cell.memory.kernel_bytes_per_task.reset();
  cell.notes["kernel_bytes_per_task"] = fmt::format(
      "unknown: read off the whole machine, where other programs were busy; samples gave "
      "{:.0f} to {:.0f} bytes",
      low, high);
}

void Notices::conclude(Shape shape, Cell& cell) const {
  if (!latency_.empty()) cell.latency = latency_of(shape, latency_);
  const auto middle = [&](std::string_view name) -> std::optional<double> {
    const auto found = measures_.find(std::string(name));
    if (found == measures_.end()) return {};
    return median(found->second);
  };
  const auto whole = [&](Measure measure) -> std::optional<std::int64_t> {
    const auto value = middle(name_of(measure));
    if (!value) return {};
    return std::llround(*value);
  };
  cell.measures.peak_live = whole(Measure::peak_live);
  cell.measures.make_ns = whole(Measure::make_ns);
  cell.measures.release_ns = whole(Measure::release_ns);
  cell.measures.overlap = middle("overlap");
  if (const auto cores = middle("greedy_cores")) cell.measures.greedy_share = *cores / cell.cores;
  cell.measures.metg_ns = middle("metg_ns");
  if (const auto late = middle(name_of(Measure::load_late_ns))) {
    const double latency = middle(name_of(Measure::load_latency_ns)).value_or(0);
    if (latency > 0) cell.measures.generator_lateness = *late / latency;
  }
  if (const auto low = whole(Measure::share_low)) {
    cell.measures.fairness =
        Fairness{*low, *whole(Measure::share_high), whole(Measure::longest_wait_ns).value_or(0)};
  }
  cell.memory.user_bytes_per_task = whole(Measure::user_bytes_per_task);
  cell.memory.kernel_bytes_per_task = whole(Measure::kernel_bytes_per_task);
  refuse_disturbed(cell);
}

}  // namespace concbench
