// Two programs of Google Benchmark as contests, one for each benchmark. Such a process measures
// from its start to its end without a word in between, so it is whole processes that take turns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/harness/google_benchmark.hpp"
#include "cli/harness/pairs.hpp"

namespace concbench {

struct BenchmarkPrograms {
  std::shared_ptr<GoogleBenchmark> base, next;
};

// Of the benchmarks of either whose names match that regular expression. Throws UsageError if there
// are none.
std::vector<Contest> benchmark_contests(const BenchmarkPrograms& programs,
                                        const std::string& filter);

// What the verdicts on such cells do not rest on, though other verdicts of `check` do.
std::vector<std::string> benchmark_limits(const std::vector<CheckedCell>& cells);

}  // namespace concbench
