#include "cli/commands/claims/evidence.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "cli/commands/run/progress.hpp"
#include "cli/harness/estimate.hpp"
#include "cli/harness/plan.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/session.hpp"
#include "models/registry.hpp"

namespace concbench::claims {

Evidence::Evidence(std::uint64_t seed, double timeout_s)
    : seed_(seed), timeout_s_(timeout_s), cores_(discover().usable_cores()) {
  using Number = std::int64_t;
  const std::vector<std::string> all{"threads", "fibers", "coroutines", "goroutines"};
  groups_ = {{{"threads", "goroutines"}, "spawn", {{"n", Number{1'000}}}, {1}},
             {all, "ping_pong", {{"place", "same"}, {"hops", Number{10'000}}}, {1}},
             {all, "hold", {{"n", Number{1'000}}}, {1}},
             {all, "hold", {{"n", Number{100'000}}}, {1}},
             {{"serial", "fibers"}, "chef", {{"dishes", Number{8}}}, {1}}};
  if (cores_ == 1) return;
  groups_.push_back({{"threads"}, "ping_pong", {{"place", "cross"}, {"hops", Number{2'000}}}, {2}});
  groups_.push_back(
      {{"pool"}, "grain", {{"tasks", Number{1'000}}, {"ns", Number{20'000}}}, {1, cores_}});
}

bool Evidence::holds(const Group& group, const Need& need) const {
  return group.workload == need.workload && std::ranges::count(group.models, need.model) > 0 &&
         std::ranges::count(group.cores, need.cores) > 0 &&
         std::ranges::all_of(need.params, [&](const auto& param) {
           const auto found = group.params.find(param.first);
           return found != group.params.end() && found->second == param.second;
         });
}

void Evidence::measure(Group& group) {
  Experiment experiment;
  experiment.models = group.models;
  experiment.workloads = {group.workload};
  for (const auto& [name, value] : group.params) experiment.sets[group.workload][name] = {value};
  experiment.cores = group.cores;
  experiment.preset = find_preset("quick");
  experiment.preset.timeout_s = timeout_s_;
  experiment.seed = seed_;
  Plan plan = make_plan(experiment, discover(), read_limits());
  for (const Job& job : plan.jobs) group.result.cells.push_back(job.cell);
  const auto progress = make_progress(plan.steps.size(), expected_time(plan, experiment.preset),
                                      isatty(STDERR_FILENO));
  Saver nowhere("");
  if (run_session(plan, experiment, group.result, *progress, nowhere) != 0) throw Interrupted();
  group.measured = true;
}

const Cell& Evidence::cell(const Need& need) {
  for (Group& group : groups_) {
    if (!holds(group, need)) continue;
    if (!group.measured) measure(group);
    for (const Cell& cell : group.result.cells) {
      if (cell.model == need.model && cell.cores == need.cores) return cell;
    }
  }
  static const Cell none = [] {
    Cell cell;
    cell.reason = "this build lacks the model, or this machine lacks the cores";
    return cell;
  }();
  return none;
}

}  // namespace concbench::claims
