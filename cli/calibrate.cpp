#include "cli/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace concbench {
namespace {

// No operation is so quick that more are needed; a worker that says so is not to be believed.
constexpr double most_iterations = 1e12;

// What goes on around the clock, such as making 1,000 participants, may take this many times what
// is timed; then a sample ends by its span, and is shorter.
constexpr double most_span = 5;

}  // namespace

std::int64_t iterations_for(OpenCell& cell, double min_time_s) {
  for (std::int64_t iterations = 1;;) {
    const Sample sample = cell.run(iterations);
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
