#include "cli/harness/ceiling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/harness/open_cell.hpp"
#include "cli/harness/patience.hpp"

namespace concbench {
namespace {

// What came of holding so many.
struct Attempt {
  std::optional<std::int64_t> alive;
  std::string failure;
};

Attempt hold(const Candidate& candidate, const Job& job, std::int64_t tasks, double timeout_s) {
  try {
    OpenCell cell(candidate, with(job.workload, "n", tasks), job.placement, deadline_in(timeout_s),
                  OpenCell::Sizes::any);
    cell.run(1, true);
    const auto alive = cell.notice().measures.find("peak_live");
    cell.close();
    if (alive == cell.notice().measures.end()) return {{}, "the process did not count its tasks"};
    return {alive->second, ""};
  } catch (const Refused& refused) {
    return {{}, refused.what()};
  } catch (const WorkerFailure& failure) {
    return {{}, failure.what()};
  }
}

}  // namespace

Ceiling predict_ceiling(const Candidate& candidate, const Setup& setup, const Limits& limits) {
  const auto refusal = [&](std::uint64_t tasks) {
    return candidate.model->refusal({Shape::hold, {.ops = tasks, .alive = tasks}, setup, limits});
  };
  std::uint64_t can = 0, cannot = std::uint64_t{1} << 40;
  const std::string reason = refusal(cannot);
  while (can + 1 < cannot) {
    const std::uint64_t middle = can + (cannot - can) / 2;
    (refusal(middle).empty() ? can : cannot) = middle;
  }
  Ceiling ceiling;
  ceiling.predicted = static_cast<std::int64_t>(can);
  const std::string first = refusal(cannot);
  for (const Limit* limit :
       {&limits.tasks, &limits.maps, &limits.descriptors, &limits.memory_bytes}) {
    if (first.find(limit->name) != first.npos) ceiling.limit = limit->name;
  }
  if (ceiling.limit.empty()) ceiling.limit = reason.empty() ? "no limit found" : first;
  ceiling.how = "predicted only: no more was asked for";
  return ceiling;
}

void find_ceiling(const Candidate& candidate, const Job& job, Ceiling& ceiling, double timeout_s) {
  const Limits limits = read_limits();
  if (ceiling.limit == limits.memory_bytes.name) {
    ceiling.how = "predicted only: trying it would take all of the machine's memory";
    return;
  }
  // Up in small steps from the prediction, which keeps a reserve; or down if that was too much.
  std::int64_t tasks = ceiling.predicted;
  for (int tries = 0; tries < 6; ++tries) {
    const Attempt attempt = hold(candidate, job, tasks, timeout_s);
    if (attempt.alive) {
      ceiling.found = attempt.alive;
      ceiling.how = fmt::format("{} were alive at once; no more were tried", *attempt.alive);
      tasks += tasks / 50 + 1;
    } else {
      ceiling.how = fmt::format("with {}: {}", tasks, attempt.failure);
      if (ceiling.found) return;
      tasks -= tasks / 10 + 1;
    }
  }
}

}  // namespace concbench
