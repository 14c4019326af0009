#include "cli/worker/timing.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <stdexcept>
#include <vector>

namespace concbench {
namespace {

// Keeps what Google Benchmark measured and prints nothing: its own reporters write to stdout, which
// belongs to the protocol.
class Keeper final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    if (!runs.empty()) run_ = runs.back();
  }
  const std::optional<Run>& run() const { return run_; }

 private:
  std::optional<Run> run_;
};

// One iteration's part of a timing.
void run_once(Instance& instance, const Workload& workload, Stopwatch& clock, Probe* probe,
              Timing& timing, bool first) {
  const Outcome outcome = instance.run(workload, clock, probe);
  clock.settle();
  if (!first && outcome.answer != timing.answer) {
    throw std::runtime_error(fmt::format("two iterations answered differently: {} and {}",
                                         timing.answer, outcome.answer));
  }
  timing.answer = outcome.answer;
  timing.ops += outcome.ops;
}

// Usage less what reading it cost; unknown where the reading is more than a tenth of it.
std::optional<Usage> corrected(Usage usage, std::int64_t iterations) {
  static const std::int64_t overhead = Stopwatch::overhead_ns();
  usage.cpu_ns -= overhead * iterations;
  if (usage.cpu_ns < 10 * overhead * iterations) return {};
  return usage;
}

}  // namespace

Timing measure(Instance& instance, const Workload& workload, std::int64_t iterations,
               Stopwatch& clock, Probe* probe) {
  Timing timing{};
  std::exception_ptr failure;
  benchmark::RegisterBenchmark(
      "cell",
      [&](benchmark::State& state) {
        bool first = true;
        for (auto _ : state) {
          try {
            run_once(instance, workload, clock, probe, timing, first);
          } catch (...) {  // must not pass through Google Benchmark, which would not unwind
            failure = std::current_exception();
            state.SkipWithError("failed");
            break;
          }
          state.SetIterationTime(static_cast<double>(clock.last_wall_ns()) / 1e9);
          first = false;
        }
      })
      ->UseManualTime()
      ->Iterations(iterations);
  Keeper keeper;
  // The filter is given here so that no environment variable can change it.
  const std::size_t ran = benchmark::RunSpecifiedBenchmarks(&keeper, nullptr, "cell");
  benchmark::ClearRegisteredBenchmarks();
  if (failure) std::rethrow_exception(failure);
  if (ran != 1 || !keeper.run() || keeper.run()->iterations != iterations) {
    throw std::runtime_error("Google Benchmark did not run the iterations it was given");
  }
  timing.wall_ns = std::llround(keeper.run()->real_accumulated_time * 1e9);
  if (clock.reads_usage()) timing.usage = corrected(clock.sum(), iterations);
  return timing;
}

std::int64_t start_cold(const Model& model, const Setup& setup,
                        std::unique_ptr<Instance>& instance) {
  const std::int64_t before = Stopwatch::now();
  instance = model.start(setup);
  Stopwatch clock;
  const Workload one_task = make_workload("spawn", {{"n", 1}});
  if (model.no_pair(one_task).empty()) instance->run(one_task, clock);
  return Stopwatch::now() - before;
}

}  // namespace concbench
