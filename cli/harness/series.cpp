#include "cli/harness/series.hpp"

#include <algorithm>

#include "cli/harness/calibrate.hpp"

namespace concbench {
namespace {

using Clock = Process::Clock;

// Times as many runs as are wanted, after which a process that is not steady is timed as it is.
constexpr std::size_t most_series = 5;

constexpr std::int64_t quickest_of(std::span<const Sample> samples) {
  return std::ranges::min(samples, {}, &Sample::wall_ns).wall_ns;
}

std::vector<Sample> samples_of(const std::vector<TimedRun>& runs) {
  std::vector<Sample> samples;
  for (const TimedRun& run : runs) samples.push_back(run.sample);
  return samples;
}

}  // namespace

bool is_steady(std::span<const Sample> samples) {
  if (samples.size() < 2) return true;
  const std::size_t older = (samples.size() + 1) / 2;
  return static_cast<double>(quickest_of(samples.first(older))) <=
         1.1 * static_cast<double>(quickest_of(samples.subspan(older)));
}

std::vector<TimedRun> timed_runs(OpenCell& cell, std::int64_t iterations, bool observe,
                                 const Preset& preset, Clock::time_point start) {
  const auto wanted = static_cast<std::size_t>(preset.repetitions);
  const std::chrono::duration<double> share(most_sampling(preset.repetitions, preset.min_time_s)),
      timeout(preset.timeout_s);
  std::vector<TimedRun> runs;
  const auto begun = Clock::now();
  for (std::size_t taken = 1;; ++taken) {
    const auto before = Clock::now();
    const Sample sample = cell.run(iterations, observe);
    runs.push_back({sample, cell.notice()});
    if (runs.size() > wanted) runs.erase(runs.begin());
    const auto after = Clock::now();
    const bool slow = taken > 1 && after - begun > share;
    const bool late = after - start + 2 * (after - before) > timeout;
    const bool enough =
        runs.size() == wanted && (taken >= most_series * wanted || is_steady(samples_of(runs)));
    if (slow || late || enough) return runs;
  }
}

}  // namespace concbench
