#include "cli/harness/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace concbench {
namespace {

// No operation is so quick that more are needed; a worker that says so is not to be believed.
constexpr double most_iterations = 1e12;

// The quicker of two runs, unless one is long enough not to be a hiccup's: a process that lost its
// CPU for a moment would else have too few iterations for all its life.
Sample quicker_run(OpenCell& cell, std::int64_t iterations) {
  constexpr std::int64_t longer_than_hiccups_ns = 100'000'000;
  const Sample once = cell.run(iterations);
  if (once.span_ns > longer_than_hiccups_ns) return once;
  const Sample again = cell.run(iterations);
  return again.span_ns < once.span_ns ? again : once;
}

}  // namespace

std::int64_t iterations_for(OpenCell& cell, double min_time_s, double most_span) {
  for (std::int64_t iterations = 1;;) {
    const Sample sample = quicker_run(cell, iterations);
    const double timed = static_cast<double>(sample.wall_ns) / 1e9;
    const double span = static_cast<double>(sample.span_ns) / 1e9;
    // How many times as long a sample has to be.
    const double factor =
        min_time_s * std::min(1 / std::max(timed, 1e-9), most_span / std::max(span, 1e-9));
    const double wanted = static_cast<double>(iterations) * factor;
    if (wanted > most_iterations) {
      throw WorkerFailure(Status::failed, fmt::format("says that {} iterations took {} ns",
                                                      sample.iterations, sample.wall_ns));
    }
    if (factor <= 2) return std::max<std::int64_t>(1, std::llround(wanted));
    // Not more than a hundredfold on the word of one short run.
    iterations = std::llround(static_cast<double>(iterations) * std::min(factor, 100.0));
  }
}

}  // namespace concbench
