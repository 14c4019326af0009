#include "cli/harness/budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/harness/estimate.hpp"
#include "reports/text/units.hpp"

namespace concbench {

int affordable_repetitions(const Plan& plan, Preset preset, double seconds, std::size_t from) {
  while (preset.repetitions > 1 && expected_time(plan, preset, from) > seconds) {
    preset.repetitions = std::max(1, preset.repetitions * 9 / 10);
  }
  return preset.repetitions;
}

std::vector<std::string> fit_budget(Plan& plan, Preset& preset, double budget_s) {
  std::vector<std::string> done;
  const int asked =
      std::exchange(preset.repetitions, affordable_repetitions(plan, preset, budget_s));
  if (preset.repetitions < asked) {
    done.push_back(
        fmt::format("{} samples per process instead of {}, to keep within the budget of {} s",
                    preset.repetitions, asked, budget_s));
  }
  while (!plan.steps.empty() && expected_time(plan, preset) > budget_s) {
    const auto cost = [&](const Step& step) { return worker_time(plan.jobs[step.job], preset); };
    const std::size_t dearest = std::ranges::max_element(plan.steps, {}, cost)->job;
    Job& job = plan.jobs[dearest];
    job.cell.reason =
        fmt::format("dropped to keep within the budget of {} s: it would take {}", budget_s,
                    spoken_time(worker_time(job, preset) * preset.processes));
    done.push_back(fmt::format("dropped {}", job.cell.name()));
    std::erase_if(plan.steps, [&](const Step& step) { return step.job == dearest; });
  }
  return done;
}

}  // namespace concbench
