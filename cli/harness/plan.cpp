#include "cli/harness/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "cli/exit_codes.hpp"
#include "cli/harness/lone_command.hpp"

namespace concbench {
namespace {

// The parameter values of one workload, one after another: what was set by hand in every
// combination, and the preset's sizes for the rest, its small ones together and its large ones.
std::vector<Params> sizes_of(const WorkloadInfo& info, const Sweep& sweep,
                             Sizes ParamInfo::*preset) {
  std::vector<Params> small(1), large(1);
  for (const ParamInfo& param : info.params) {
    const auto set = sweep.find(param.name);
    const auto extend = [&](std::vector<Params>& list, std::int64_t size) {
      const std::vector<Value> values =
          set != sweep.end() ? set->second : std::vector<Value>{to_value(param, size)};
      std::vector<Params> longer;
      for (const Params& params : list) {
        for (const Value& value : values) {
          longer.push_back(params);
          longer.back()[std::string(param.name)] = value;
        }
      }
      list = std::move(longer);
    };
    extend(small, (param.*preset).small);
    extend(large, (param.*preset).large);
  }
  if (small != large) small.insert(small.end(), large.begin(), large.end());
  return small;
}

std::vector<Placement> placements(const Experiment& experiment, const Topology& topology) {
  std::vector<int> counts = experiment.cores;
  if (counts.empty()) {
    counts.push_back(experiment.placement.cpus.empty()
                         ? topology.usable_cores()
                         : static_cast<int>(experiment.placement.cpus.size()));
  }
  std::vector<Placement> list;
  for (const int count : counts) {
    PlacementRequest asked = experiment.placement;
    asked.workers = count;
    list.push_back(place(topology, asked));
  }
  return list;
}

// Why this cell cannot run, found before any worker is started; or "".
std::string obstacle(const Candidate& candidate, const Workload& workload,
                     const Placement& placement, const Limits& limits) {
  if (!candidate.missing.empty()) return candidate.missing;
  if (std::string why = candidate.no_pair(workload); !why.empty()) return why;
  if (!candidate.built_in()) return "";
  const Setup setup{placement.cpus(), candidate.options};
  return candidate.model->refusal({about(workload).shape, demand(workload), setup, limits});
}

Job make_job(std::size_t index, const Candidate& candidate, const Workload& workload,
             const Placement& placement, const Limits& limits) {
  const About what = about(workload);
  Cell cell;
  cell.model = candidate.label;
  cell.workload = what.name;
  cell.shape = name_of(what.shape);
  cell.op = op_of(what.shape);
  for (const auto& [name, value] : params_of(workload)) cell.params.emplace(name, value);
  cell.cores = static_cast<int>(placement.workers.size());
  cell.layout = name_of(placement.layout);
  cell.oversubscribed = placement.oversubscribed;
  cell.requested_cpus = placement.cpus();
  cell.reason = obstacle(candidate, workload, placement, limits);
  cell.command = lone_command(candidate, workload, placement.cpus());
  return {
      .candidate = index, .workload = workload, .placement = placement, .cell = std::move(cell)};
}

}  // namespace

Plan make_plan(const Experiment& experiment, const Topology& topology, const Limits& limits) {
  std::vector<Candidate> candidates =
      find_candidates(experiment.models, experiment.preset.timeout_s);
  if (experiment.models_named) refuse_missing(candidates, experiment.models);
  return make_plan(experiment, std::move(candidates), topology, limits);
}

Plan make_plan(const Experiment& experiment, std::vector<Candidate> candidates,
               const Topology& topology, const Limits& limits) {
  Plan plan;
  plan.candidates = std::move(candidates);
  const std::vector<Placement> where = placements(experiment, topology);
  std::mt19937_64 random(experiment.seed);
  static const Sweep nothing_set;
  for (const std::string& name : experiment.workloads) {
    const auto set = experiment.sets.find(name);
    const Sweep& sweep = set == experiment.sets.end() ? nothing_set : set->second;
    for (const Params& params : sizes_of(workload_info(name), sweep, experiment.preset.sizes)) {
      const Workload workload = make_workload(name, params);
      std::vector<Step> group;
      for (const Placement& placement : where) {
        for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
          plan.jobs.push_back(make_job(i, plan.candidates[i], workload, placement, limits));
          if (!plan.jobs.back().cell.reason.empty()) continue;
          for (int process = 0; process < experiment.preset.processes; ++process) {
            group.push_back({plan.jobs.size() - 1, process});
          }
        }
      }
      std::shuffle(group.begin(), group.end(), random);
      plan.steps.insert(plan.steps.end(), group.begin(), group.end());
    }
  }
  return plan;
}

}  // namespace concbench
