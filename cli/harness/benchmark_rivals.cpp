#include "cli/harness/benchmark_rivals.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <utility>

#include "cli/exit_codes.hpp"
#include "cli/harness/environment.hpp"
#include "cli/harness/process.hpp"
#include "models/machine/affinity.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

// The slice of a process is the median of its repetitions but the first, which warms it up: what
// disturbs one of them does not count.
constexpr double repetition_s = 0.006;
constexpr int most_repetitions = 4;
constexpr double long_iteration_ns = 2e7;  // one is enough, cold as it is
constexpr double longest_repetition_s = 8 * repetition_s;
constexpr double most_span_s = 1;  // of a process whose own clock says less
// As many processes of each as fit into this, up to `most_slices`: more would leave too few pairs.
constexpr double pair_s = 0.3;
constexpr double most_told = 1e12;  // iterations

std::int64_t ns_of(const timeval& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_usec * std::int64_t{1'000};
}

std::int64_t cpu_ns_of(int who) {
  rusage used{};
  getrusage(who, &used);
  return ns_of(used.ru_utime) + ns_of(used.ru_stime);
}

// What the machine's CPUs did from its making to `add_to`.
class Watch {
 public:
  explicit Watch(const std::vector<int>& cpus) : cpus_(cpus) {}

  void add_to(Conditions& seen) const {
    const Sighting now(cpus_);
    seen.span_ns += std::chrono::nanoseconds(now.time - start_.time).count();
    if (!now.machine || !start_.machine) return;
    seen.steal_ns = seen.steal_ns.value_or(0) + now.machine->steal_ns - start_.machine->steal_ns;
    const std::int64_t busy = now.machine->busy_ns - start_.machine->busy_ns;
    seen.foreign_ns = seen.foreign_ns.value_or(0) + busy - (now.own_ns - start_.own_ns);
  }

 private:
  struct Sighting {
    explicit Sighting(const std::vector<int>& cpus)
        : machine(cpu_times(cpus)), own_ns(cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN)) {}
    Process::Clock::time_point time = Process::Clock::now();
    std::optional<CpuTimes> machine;
    std::int64_t own_ns;  // ours and that of the processes that have ended
  };

  const std::vector<int>& cpus_;
  Sighting start_{cpus_};
};

class BenchmarkRivals : public Rivals {
 public:
  BenchmarkRivals(BenchmarkPrograms programs, std::string name)
      : programs_(std::move(programs)), name_(std::move(name)) {}

  void prepare_base(CheckedCell& cell) override;
  void prepare_next(CheckedCell& cell) override;
  std::string difference() const override { return ""; }
  void measure(const CheckedCell& cell, Pair& pair) override;
  void require_same_programs() const override {
    programs_.base->require_unchanged();
    programs_.next->require_unchanged();
  }

 private:
  GoogleBenchmark::Run run(GoogleBenchmark& program, const CheckedCell& cell) const;
  std::int64_t timed(GoogleBenchmark& program, const CheckedCell& cell) const;

  BenchmarkPrograms programs_;
  std::string name_;
  bool own_iterations_ = false;  // they are written in the program
  double base_span_s_ = 0;
  int repetitions_ = most_repetitions;
  int slices_ = most_slices;
};

void BenchmarkRivals::prepare_base(CheckedCell& cell) {
  GoogleBenchmark::Run run = programs_.base->run(name_, {.seconds = repetition_s}, 1);
  if (run.ns > long_iteration_ns) {
    repetitions_ = 1;
  } else {
    run = programs_.base->run(name_, {.seconds = repetition_s}, repetitions_);
  }
  base_span_s_ = run.span_s;
  own_iterations_ = name_.find("/iterations:") != name_.npos && run.iterations.has_value();
  if (own_iterations_) {
    cell.iterations = *run.iterations;
    return;
  }
  double wanted = std::clamp(repetition_s * 1e9 / run.ns, 1.0, most_told);
  if (run.iterations && name_.find("/manual_time") != name_.npos) {
    wanted = std::min(wanted, static_cast<double>(*run.iterations) * most_span_s / run.span_s);
  }
  cell.iterations = std::max<std::int64_t>(1, std::llround(wanted));
  cell.pinned = programs_.base->takes_iterations(name_, cell.iterations);
}

void BenchmarkRivals::prepare_next(CheckedCell& cell) {
  GoogleBenchmark& next = *programs_.next;
  if (cell.iterations == 0) {  // BASE cannot run it; whether NEW can is all there is to know
    next.run(name_, {.seconds = repetition_s}, 1);
    return;
  }
  if (cell.pinned && !own_iterations_) cell.pinned = next.takes_iterations(name_, cell.iterations);
  const GoogleBenchmark::Run seen = run(next, cell);
  const double took_s = seen.ns * static_cast<double>(cell.iterations) / 1e9;
  double span_s = seen.span_s;
  if (cell.pinned && !own_iterations_ && took_s > longest_repetition_s) {
    // A NEW that is many times slower is found with slices that are shorter.
    const double share = longest_repetition_s / took_s;
    cell.iterations =
        std::max<std::int64_t>(1, std::llround(static_cast<double>(cell.iterations) * share));
    span_s *= share;
  }
  slices_ = std::clamp(static_cast<int>(pair_s / (base_span_s_ + span_s)), 1, most_slices);
}

GoogleBenchmark::Run BenchmarkRivals::run(GoogleBenchmark& program, const CheckedCell& cell) const {
  GoogleBenchmark::Length length{.seconds = repetition_s};
  if (cell.pinned && !own_iterations_) length.iterations = cell.iterations;
  const GoogleBenchmark::Run run = program.run(name_, length, repetitions_);
  if (cell.pinned && run.iterations != cell.iterations) {
    throw WorkerFailure(Status::failed, fmt::format("ran {} iterations instead of {}",
                                                    run.iterations.value_or(0), cell.iterations));
  }
  return run;
}

std::int64_t BenchmarkRivals::timed(GoogleBenchmark& program, const CheckedCell& cell) const {
  const double ns = run(program, cell).ns * static_cast<double>(cell.iterations);
  return std::max<std::int64_t>(1, std::llround(ns));
}

// The coin decides who begins, and the two take turns in that from slice to slice.
void BenchmarkRivals::measure(const CheckedCell& cell, Pair& pair) {
  const Watch watch(cell.cpus);
  const auto run_new = [&] { pair.new_ns.push_back(timed(*programs_.next, cell)); };
  const auto run_base = [&] { pair.base_ns.push_back(timed(*programs_.base, cell)); };
  for (int slice = 0; slice < slices_; ++slice) {
    if (pair.new_first == (slice % 2 == 0)) {
      run_new();
      run_base();
    } else {
      run_base();
      run_new();
    }
  }
  watch.add_to(pair.conditions);
}

// Why a program with these benchmarks cannot measure the one of that name, or "".
std::string missing_in(const std::vector<std::string>& names, const std::string& name) {
  const auto count = std::ranges::count(names, name);
  if (count == 1) return "";
  return count == 0 ? "it has no such benchmark"
                    : fmt::format("it has {} benchmarks of this name", count);
}

std::vector<std::string> names_of(std::string_view role, const GoogleBenchmark& program,
                                  const std::string& filter) try {
  return program.names(filter);
} catch (const WorkerFailure& failure) {
  throw UsageError(
      fmt::format("{} does not list what matches --filter={}: {}", role, filter, failure.what()));
}

}  // namespace

std::vector<Contest> benchmark_contests(const BenchmarkPrograms& programs,
                                        const std::string& filter) {
  const std::vector<std::string> of_base = names_of("BASE", *programs.base, filter);
  const std::vector<std::string> of_next = names_of("NEW", *programs.next, filter);
  std::vector<std::string> all;
  for (const auto* names : {&of_base, &of_next}) {
    for (const std::string& name : *names) {
      if (!std::ranges::count(all, name)) all.push_back(name);
    }
  }
  if (all.empty()) {
    throw UsageError(
        fmt::format("--filter={}: neither BASE nor NEW has a benchmark whose name "
                    "matches; PROGRAM --benchmark_list_tests shows them",
                    filter));
  }
  const std::vector<int> cpus = os::allowed_cpus();
  std::vector<Contest> contests;
  for (const std::string& name : all) {
    contests.push_back({.rivals = std::make_unique<BenchmarkRivals>(programs, name),
                        .missing_in_base = missing_in(of_base, name),
                        .missing_in_next = missing_in(of_next, name),
                        .cell = {.name = printable(name),
                                 .model = "google-benchmark",
                                 .workload = printable(name),
                                 .op = "iteration",
                                 .cpus = cpus,
                                 .ops = 1}});
  }
  return contests;
}

std::vector<std::string> benchmark_limits(const std::vector<CheckedCell>& cells) {
  std::vector<std::string> limits = {
      "Programs of Google Benchmark: whole processes took turns, not slices of processes that are "
      "open at the same time; no answer was verified; nothing was placed on CPUs of its own."};
  const auto unpinned = std::ranges::count(cells, false, &CheckedCell::pinned);
  if (unpinned > 0) {
    limits.push_back(
        fmt::format("{} of {} benchmarks cannot be told a number of iterations (that takes Google "
                    "Benchmark 1.8 or newer on both sides): each of their processes found its own.",
                    unpinned, cells.size()));
  }
  return limits;
}

}  // namespace concbench
