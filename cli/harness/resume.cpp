#include "cli/harness/resume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "reports/statistics/comparability.hpp"

namespace concbench {
namespace {

bool same_work(const Cell& a, const Cell& b) {
  return a.name() == b.name() && a.params == b.params && a.requested_cpus == b.requested_cpus;
}

}  // namespace

void refuse_other_machine(const Result& now, const Result& before, const std::string& path) {
  const auto differs = [&](const char* what, const std::string& a, const std::string& b) {
    if (a == b) return;
    throw Impossible(fmt::format("--resume={}: it was measured with another {} ('{}', here '{}')",
                                 path, what, a, b));
  };
  differs("CPU", before.environment.cpu_model, now.environment.cpu_model);
  differs("kernel", before.environment.kernel, now.environment.kernel);
  differs("compiler", before.build.compiler, now.build.compiler);
  differs("build", before.build.commit, now.build.commit);
}

void refuse_other_host(const Result& now, const Result& before, const std::string& path,
                       bool anywhere) {
  const std::set<std::string> hosts = before.hosts();
  const std::string& here = now.environment.host;
  if (hosts.empty() || hosts == std::set{here}) return;
  if (!anywhere) {
    throw Impossible(
        fmt::format("--resume={}: it was measured on {}, and this is {}; finish it there, or add "
                    "--resume-anywhere if these hosts are meant to be the same",
                    path, fmt::join(hosts, ", "), here));
  }
  const auto there = machine_traits(before), these = machine_traits(now);
  const auto [a, b] = std::ranges::mismatch(there, these);
  if (a == there.end()) return;
  throw Impossible(
      fmt::format("--resume={}: it was measured on {}, which is other hardware: {} is "
                  "'{}' there and '{}' here",
                  path, fmt::join(hosts, ", "), a->field, a->value, b->value));
}

void take_over(Plan& plan, const Result& before) {
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    Job& job = plan.jobs[i];
    const auto found = std::ranges::find_if(
        before.cells, [&](const Cell& cell) { return same_work(cell, job.cell); });
    if (found == before.cells.end()) continue;
    if (found->status != Status::skipped) {
      job.cell = *found;
      job.closed = true;
    } else if (!found->samples.empty() && job.cell.reason.empty()) {
      job.cell = *found;
      job.cell.reason.clear();
    }
    std::erase_if(plan.steps, [&](const Step& step) {
      const auto has_run = [&](const ProcessInfo& process) {
        return process.index == step.process;
      };
      return step.job == i && (job.closed || std::ranges::any_of(job.cell.processes, has_run));
    });
  }
}

}  // namespace concbench
