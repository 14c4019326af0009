#include "cli/harness/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "cli/harness/calibrate.hpp"
#include "cli/harness/metg.hpp"
#include "cli/harness/open_cell.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

using Clock = Process::Clock;

struct Trial {
  double start_s = 0;  // to start a worker, open a cell and run it cold
  double untimed_s =
      0;                // of an iteration, outside the clock: gates, participants, the conversation
  double per_op_s = 0;  // inside the clock; 0 where the probe failed: the cell itself will say why
};

// The smallest of what was asked for and what the quick preset starts with. A word is a size where
// the preset pairs a small one with a large one.
Workload small_size(const Workload& workload) {
  const WorkloadInfo& info = workload_info(about(workload).name);
  Params params = params_of(workload);
  for (const ParamInfo& param : info.params) {
    Value& value = params.find(param.name)->second;
    if (auto* number = std::get_if<std::int64_t>(&value)) {
      *number = std::min(*number, param.quick.small);
    } else if (param.quick.small != param.quick.large) {
      value = to_value(param, param.quick.small);
    }
  }
  try {
    return make_workload(info.about.name, params);
  } catch (const BadParameter&) {
    return workload;  // parameters that depend on each other
  }
}

Trial try_out(const Candidate& candidate, const Job& job, double timeout_s) {
  const Workload small = small_size(job.workload);
  const auto start = Clock::now();
  const auto since_start = [&] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  Trial result;
  try {
    OpenCell cell(candidate, small, job.placement,
                  start + std::chrono::milliseconds(static_cast<long>(timeout_s * 1e3)));
    cell.run(1);
    result.start_s = since_start();
    double quickest = std::numeric_limits<double>::infinity();
    const auto run = [&](std::int64_t iterations) {  // returns what went on outside the clock
      const double before = since_start();
      const Sample sample = cell.run(iterations);
      const double wall = static_cast<double>(sample.wall_ns) / 1e9;
      quickest = std::min(quickest, wall / static_cast<double>(sample.ops));
      return since_start() - before - wall;
    };
    const auto is_cheap = [&] { return since_start() < result.start_s + 0.05; };
    // The quickest of a few: one alone may have been disturbed.
    for (int i = 0; i < 5 && is_cheap(); ++i) result.untimed_s = run(1);
    // The conversation is paid for once, however many iterations it asks for.
    constexpr double long_enough_s = 0.005;
    for (std::int64_t many = 10; is_cheap(); many *= 10) {
      const double before = since_start();
      result.untimed_s = run(many) / static_cast<double>(many);
      if (since_start() - before > long_enough_s) break;
    }
    cell.close();
    result.per_op_s = quickest;
  } catch (const Refused&) {
  } catch (const WorkerFailure&) {
  }
  return result;
}

}  // namespace

void estimate(Plan& plan, const Preset& preset) {
  std::map<std::tuple<std::size_t, std::string, int>, Trial> trials;
  for (Job& job : plan.jobs) {
    if (job.closed || !job.cell.reason.empty()) continue;
    const auto key = std::tuple(job.candidate, job.cell.workload, job.cell.cores);
    auto found = trials.find(key);
    if (found == trials.end()) {
      const Candidate& candidate = plan.candidates[job.candidate];
      found = trials.emplace(key, try_out(candidate, job, preset.timeout_s)).first;
    }
    const Trial& cost = found->second;
    job.start_s = cost.start_s;
    job.timed_s = cost.per_op_s * static_cast<double>(demand(job.workload).ops);
    job.iteration_s = cost.untimed_s + job.timed_s;
    // The least that gives a number: a run to warm up, one to find the iterations, one whose events
    // are counted, and one that is timed.
    if (job.start_s + 4 * job.iteration_s > preset.timeout_s) {
      job.cell.reason = fmt::format(
          "would outlast its {} s: {} operations at {:.3g} µs, as a small run of it took here",
          preset.timeout_s, demand(job.workload).ops, cost.per_op_s * 1e6);
    }
  }
  std::erase_if(plan.steps,
                [&](const Step& step) { return !plan.jobs[step.job].cell.reason.empty(); });
}

double worker_time(const Job& job, const Preset& preset) {
  // What goes on around the clock makes a sample longer, up to a limit.
  const double around = job.iteration_s / std::max(job.timed_s, 1e-9);
  const double sample =
      std::max(preset.min_time_s * std::min(around, longest_sample), job.iteration_s);
  const double most = most_sampling(preset.repetitions, preset.min_time_s);
  const int samples = std::clamp(static_cast<int>(std::ceil(std::min(most / sample, 1e6))),
                                 std::min(2, preset.repetitions), preset.repetitions);
  // Beside the samples: one run to warm up, and about two samples' time to find the iterations.
  double time = job.start_s + job.iteration_s + sample * (samples + 2);
  if (has_metg(job.workload)) time += expected_metg_time(job);
  return std::min(preset.timeout_s, time);
}

double expected_time(const Plan& plan, const Preset& preset, std::size_t from) {
  double sum = 0;
  for (; from < plan.steps.size(); ++from) {
    sum += worker_time(plan.jobs[plan.steps[from].job], preset);
  }
  return sum;
}

}  // namespace concbench
