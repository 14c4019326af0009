#include "cli/harness/conformance/samples.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/harness/open_cell.hpp"
#include "workloads/probe.hpp"

namespace concbench::conformance {
namespace {

std::vector<Measure> measures_of(Shape shape) {
  switch (shape) {
    case Shape::hold:
      return {Measure::peak_live, Measure::make_ns, Measure::release_ns,
              Measure::user_bytes_per_task, Measure::kernel_bytes_per_task};
    case Shape::contend: return {Measure::share_low, Measure::share_high, Measure::longest_wait_ns};
    case Shape::recipe: return {Measure::wait_ns, Measure::greedy_ns};
    case Shape::serve: return {Measure::load_latency_ns, Measure::load_late_ns};
    default: return {};
  }
}

bool has_durations(Shape shape) {
  constexpr Shape without[] = {Shape::fork_join, Shape::yield, Shape::hold,
                               Shape::phases,    Shape::loop,  Shape::graph};
  return std::ranges::count(without, shape) == 0;
}

// The memory of a program, and of a machine, may also shrink.
bool may_be_negative(std::string_view name) {
  return name == name_of(Measure::user_bytes_per_task) ||
         name == name_of(Measure::kernel_bytes_per_task);
}

std::string wrong_measure(Shape shape, std::string_view name, std::int64_t value) {
  std::vector<std::string_view> known;
  for (const Measure measure : measures_of(shape)) known.push_back(name_of(measure));
  if (std::ranges::count(known, name) == 0) {
    return fmt::format("{} has no measure '{}'{}", name_of(shape), name,
                       known.empty() ? "" : fmt::format("; it has {}", fmt::join(known, ", ")));
  }
  if (value < 0 && !may_be_negative(name)) return fmt::format("{} is {}", name, value);
  return "";
}

std::string wrong_measures(const Run& run) {
  const auto& measures = run.reply.notice.measures;
  for (const auto& [name, value] : measures) {
    const std::string why = wrong_measure(about(run.workload).shape, name, value);
    if (!why.empty()) return why;
  }
  const auto value = [&](Measure measure) -> std::optional<std::int64_t> {
    const auto found = measures.find(std::string(name_of(measure)));
    if (found == measures.end()) return {};
    return found->second;
  };
  const auto due = static_cast<std::int64_t>(demand(run.workload).ops);
  if (const auto live = value(Measure::peak_live); live && *live != due) {
    return fmt::format("peak_live is {} where {} tasks are held", *live, due);
  }
  const auto low = value(Measure::share_low), high = value(Measure::share_high);
  if (low && high && *low > *high) {
    return fmt::format("share_low, {}, is above share_high, {}", *low, *high);
  }
  return "";
}

}  // namespace

std::string missing_field(const Json& sample) {
  for (const char* name : {"iterations", "wall_ns", "ops", "answer", "cpu_ns", "voluntary",
                           "involuntary", "workers"}) {
    if (!sample.contains(name)) return fmt::format("a sample lacks \"{}\"", name);
  }
  return "";
}

std::string wrong_answer(const Run& run) {
  const std::string right = std::to_string(expected(run.workload));
  return run.reply.answer == right ? "" : fmt::format("{} instead of {}", run.reply.answer, right);
}

std::string wrong_operations(const Run& run) {
  const auto due = demand(run.workload).ops * static_cast<std::uint64_t>(run.iterations);
  const std::uint64_t ops = run.reply.sample.ops;
  return ops == due ? "" : fmt::format("{} instead of {}", ops, due);
}

std::string wrong_iterations(const Run& run) {
  const std::int64_t told = run.reply.sample.iterations;
  return told == run.iterations ? "" : fmt::format("{} instead of {}", told, run.iterations);
}

std::string wrong_time(const Run& run) {
  const std::int64_t told = run.reply.sample.wall_ns;
  if (told == 0) return "0 ns";
  return told <= run.took_ns
             ? ""
             : fmt::format("{} ns, where the reply came after {} ns", told, run.took_ns);
}

std::string wrong_placement(const Run& run) {
  if (!run.reply.workers) return "";
  for (const ObservedWorker& worker : *run.reply.workers) {
    if (worker.cpu < 0) continue;
    if (std::ranges::count(run.cpus, worker.cpu) == 0) {
      return fmt::format("a worker is bound to CPU {}, outside its set {}", worker.cpu,
                         fmt::join(run.cpus, ", "));
    }
    const bool only_there =
        std::ranges::all_of(worker.observed, [&](int cpu) { return cpu == worker.cpu; });
    if (!only_there) {
      return fmt::format("a worker bound to CPU {} was seen on {}", worker.cpu,
                         fmt::join(worker.observed, ", "));
    }
  }
  return misplaced(run.cpus, *run.reply.workers, false);
}

std::string wrong_observation(const Run& run) {
  if (std::string why = wrong_measures(run); !why.empty()) return why;
  std::uint64_t durations = 0;
  for (const auto& [bucket, times] : run.reply.notice.latency) durations += times;
  const Shape shape = about(run.workload).shape;
  if (durations > 0 && !has_durations(shape)) {
    return fmt::format("{} has no durations", name_of(shape));
  }
  const auto most = demand(run.workload).ops * static_cast<std::uint64_t>(run.iterations);
  if (durations > most) return fmt::format("{} durations of {} operations", durations, most);
  return "";
}

}  // namespace concbench::conformance
