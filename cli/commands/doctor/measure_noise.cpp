#include "cli/commands/doctor/measure_noise.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <exception>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include "cli/harness/reference_loop.hpp"
#include "models/machine/affinity.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench::checkup {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int slices = pairs_judged * 2 * slices_of_pair;
constexpr auto slice = std::chrono::milliseconds(2);
constexpr auto watch_for = std::chrono::milliseconds(250);  // holes in the clock
constexpr auto patience = std::chrono::milliseconds(1500);  // with the slices

std::int64_t steps_of_a_slice() {
  constexpr std::int64_t probe = 100'000;
  std::vector<double> times;
  for (int i = 0; i < 20; ++i) times.push_back(static_cast<double>(fixed_work_ns(probe)));
  const double wanted = std::chrono::nanoseconds(slice).count();
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(probe * wanted / median(times)));
}

struct Gap {
  std::int64_t longest_ns = 0;
  double typical_ns = 0;
};

Gap watch_clock() {
  Gap gap;
  const Clock::time_point start = Clock::now();
  std::int64_t readings = 0;
  Clock::time_point last = start;
  // The typical distance by the mean of what is left without the longest hole: the list of all
  // would be memory traffic in the loop that is watched.
  for (; last - start < watch_for; ++readings) {
    const Clock::time_point now = Clock::now();
    gap.longest_ns = std::max<std::int64_t>(gap.longest_ns, (now - last).count());
    last = now;
  }
  gap.typical_ns = static_cast<double>((last - start).count() - gap.longest_ns) /
                   static_cast<double>(std::max<std::int64_t>(1, readings - 1));
  return gap;
}

// One thread on each CPU. In a slice all do the same work, and it has taken as long as the slowest
// did, as a fork-join would.
class Bench {
 public:
  explicit Bench(const std::vector<int>& cpus)
      : cpus_(cpus),
        times_(cpus.size()),
        gaps_(cpus.size()),
        meet_(static_cast<std::ptrdiff_t>(cpus.size())) {}

  Noise run() {
    std::vector<std::jthread> others;
    try {
      for (std::size_t i = 1; i < cpus_.size(); ++i) others.emplace_back([this, i] { work(i); });
    } catch (const std::system_error&) {
      failed_ = true;  // those that exist must not wait for the others
      for (std::size_t i = others.size(); i < cpus_.size(); ++i) meet_.arrive_and_drop();
      throw;
    }
    work(0);
    others.clear();
    if (failure_) std::rethrow_exception(failure_);
    return noise();
  }

 private:
  void work(std::size_t me) {
    std::optional<os::Restricted> pinned;
    try {
      pinned.emplace(std::span(&cpus_[me], 1));
    } catch (...) {
      if (!failed_.exchange(true)) failure_ = std::current_exception();
    }
    if (me == 0) {
      steps_ = steps_of_a_slice();
      deadline_ = Clock::now() + patience;
    }
    meet_.arrive_and_wait();
    if (failed_) return;
    for (int i = 0; i < slices && !stop_; ++i) {
      meet_.arrive_and_wait();
      times_[me].push_back(static_cast<double>(fixed_work_ns(steps_)));
      if (me == 0) stop_ = Clock::now() > deadline_;
      meet_.arrive_and_wait();
    }
    gaps_[me] = watch_clock();
  }

  Noise noise() const {
    std::vector<double> makespans = times_.front();
    for (const auto& times : times_) {
      for (std::size_t i = 0; i < times.size(); ++i) {
        makespans[i] = std::max(makespans[i], times[i]);
      }
    }
    Noise noise = noise_of(makespans);
    noise.cpus = cpus_;
    const auto worst = std::ranges::max_element(gaps_, {}, &Gap::longest_ns);
    noise.gap_ns = worst->longest_ns;
    noise.gap_cpu = cpus_[static_cast<std::size_t>(worst - gaps_.begin())];
    noise.clock_read_ns = gaps_.front().typical_ns;
    return noise;
  }

  const std::vector<int>& cpus_;
  std::vector<std::vector<double>> times_;
  std::vector<Gap> gaps_;
  std::barrier<> meet_;
  std::int64_t steps_ = 0;
  Clock::time_point deadline_;
  std::atomic<bool> stop_ = false, failed_ = false;
  std::exception_ptr failure_;
};

}  // namespace

Noise measure_noise(const std::vector<int>& cpus) { return Bench(cpus).run(); }

}  // namespace concbench::checkup
