#include "cli/claims/evidence.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "cli/conversation.hpp"
#include "cli/estimate.hpp"
#include "cli/plan.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "models/registry.hpp"

namespace concbench::claims {
namespace {

using Names = std::vector<std::string>;

// Those of the models that this build and machine have.
Names available(const Names& wanted) {
  Names names;
  for (const std::string& name : wanted) {
    if (find_candidate(name).missing.empty()) names.push_back(name);
  }
  return names;
}

}  // namespace

Evidence::Evidence(std::uint64_t seed) : seed_(seed), cores_(discover().usable_cores()) {
  const Names light{"fibers", "coroutines", "goroutines"};
  Names all{"threads"};
  all.insert(all.end(), light.begin(), light.end());

  measure({"threads", "goroutines"}, "spawn", {{"n", std::int64_t{1'000}}}, {1});
  measure(all, "ping_pong", {{"place", "same"}, {"hops", std::int64_t{10'000}}}, {1});
  if (cores_ > 1) {
    measure({"threads"}, "ping_pong", {{"place", "cross"}, {"hops", std::int64_t{2'000}}}, {2});
    measure({"pool"}, "grain", {{"tasks", std::int64_t{1'000}}, {"ns", std::int64_t{20'000}}},
            {1, cores_});
  }
  measure(all, "hold", {{"n", std::int64_t{1'000}}}, {1});
  measure(all, "hold", {{"n", std::int64_t{100'000}}}, {1});
  measure({"serial", "fibers"}, "chef", {{"dishes", std::int64_t{8}}}, {1});
}

void Evidence::measure(const Names& models, const std::string& workload, const Params& params,
                       const std::vector<int>& cores) {
  RunRequest request;
  request.models = available(models);
  request.workloads = {workload};
  for (const auto& [name, value] : params) request.sets[workload][name] = {value};
  request.cores = cores;
  request.preset = find_preset("quick");
  request.seed = seed_;
  Plan plan = make_plan(request, discover(), read_limits());
  Result part;
  for (const Job& job : plan.jobs) part.cells.push_back(job.cell);
  Progress progress(plan.steps.size(), expected_time(plan, request.preset), isatty(STDERR_FILENO));
  if (run_session(plan, request, part, progress, [] {}) != 0) throw Interrupted();
  std::ranges::move(part.cells, std::back_inserter(result_.cells));
}

const Cell& Evidence::cell(const Need& need) const {
  for (const Cell& cell : result_.cells) {
    const bool same = std::ranges::all_of(need.params, [&](const auto& param) {
      const auto found = cell.params.find(param.first);
      return found != cell.params.end() && found->second == param.second;
    });
    if (cell.model == need.model && cell.workload == need.workload && cell.cores == need.cores &&
        same) {
      return cell;
    }
  }
  static const Cell none = [] {
    Cell cell;
    cell.reason = "this build has not got the model, or this machine not the cores";
    return cell;
  }();
  return none;
}

}  // namespace concbench::claims
