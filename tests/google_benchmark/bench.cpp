// Benchmarks for check_gbench_test.py, which builds them in several ways: as they are; with more
// work in one (MORE_WORK, as a factor); without one (REMOVED); with one that crashes (CRASH) or
// reports an error (ERROR).
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>

#ifndef MORE_WORK
#define MORE_WORK 1
#endif

namespace {

// A chain of arithmetic, which needs no memory: it takes as long as it has steps.
void work(benchmark::State& state, std::int64_t steps) {
  std::uint64_t value = 1;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < steps; ++i) {
      value = value * 6364136223846793005U + 1442695040888963407U;
      benchmark::DoNotOptimize(value);
    }
  }
}

void steady(benchmark::State& state) {
  work(state, state.range(0));
  state.counters["odd"] = std::nan("");
  state.SetLabel("of \"one\"");
}
// A name that is no regular expression for itself.
[[maybe_unused]] const auto* const odd_name =
    benchmark::RegisterBenchmark("steady<int, 3>*(x).$", steady) -> Arg(2'000);

void changing(benchmark::State& state) {
#ifdef CRASH
  std::abort();
#endif
#ifdef ERROR
  state.SkipWithError("the disk is full");
#endif
  work(state, 2'000 * MORE_WORK);
}
BENCHMARK(changing);

#ifndef REMOVED
void third(benchmark::State& state) { work(state, 2'000); }
BENCHMARK(third);
#endif

}  // namespace

BENCHMARK_MAIN();
