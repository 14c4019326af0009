// A program written with Google Benchmark, of any version from 1.5 to 1.9: what its command line
// takes, and what its JSON says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concbench {

class GoogleBenchmark {
 public:
  // How long a repetition goes on: for a time, or for so many iterations of each thread, which
  // versions before 1.8 cannot be told.
  struct Length {
    double seconds = 0;
    std::optional<std::int64_t> iterations = {};
  };

  // One process, and what it says of one benchmark.
  struct Run {
    double ns = 0;  // of an iteration: the median of the repetitions, without the first of several
    std::optional<std::int64_t> iterations;  // of each thread; nothing if only aggregates are told
    double span_s = 0;                       // of the process, from its start to its end
  };

  // Of a path or "exec:PATH ARG…". Throws UsageError if it lists no benchmarks; `role` is what the
  // command line calls it.
  GoogleBenchmark(std::string_view role, const std::string& named, double timeout_s);

  // The benchmarks whose names match that regular expression, in the program's order.
  std::vector<std::string> names(const std::string& filter) const;

  // Throws WorkerFailure, also for an error that the benchmark reports, and Refused if it skips
  // itself.
  Run run(const std::string& name, const Length& length, int repetitions);

  // Whether a process does as many iterations as it is told to, of this benchmark.
  bool takes_iterations(const std::string& name, std::int64_t iterations);

  // "Google Benchmark 1.9.1", or without a number where its results do not have it.
  std::string version() const;
  void require_unchanged() const;

 private:
  std::vector<std::string> command_;
  std::string identity_;
  double timeout_s_;
  std::string library_version_;
};

}  // namespace concbench
