// concbench sweep: everything that a plan selects, on every node that it names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/fleet/batch_script.hpp"
#include "cli/fleet/engines.hpp"
#include "cli/harness/catalog.hpp"
#include "cli/options/command_line.hpp"
#include "models/machine/own_program.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/output_file.hpp"

namespace concbench {
namespace {

RunRequest parsed(const Selection& selection) try {
  const RunRequest run = parse_run(selection.arguments);
  if (!run.out.empty() || !run.resume.empty() || run.dry_run) {
    throw UsageError("--out, --resume and --dry-run are the sweep's own business");
  }
  for (const std::string& model : run.experiment.models) {
    if (model != "all") refuse_unknown_model(model);
  }
  return run;
} catch (const UsageError& error) {
  throw UsageError(fmt::format("{}: selections: {}", selection.place, error.what()));
}

// What is wrong with a selection is told before anything is submitted.
void check_selections(const SweepPlan& plan) {
  for (const Selection& selection : plan.selections) {
    const std::vector<int> cores = parsed(selection).experiment.cores;
    const int most = cores.empty() ? 0 : std::ranges::max(cores);
    for (const NodeKind& kind : plan.nodes) {
      if (!kind.cores || most <= *kind.cores) continue;
      throw Impossible(
          fmt::format("{}: '{}' asks for {} cores, but the tasks on '{}' are allotted "
                      "{}; raise cores there",
                      selection.place, selection.name, most, kind.name, *kind.cores));
    }
  }
}

std::filesystem::path folder_of(const SweepRequest& request) {
  if (!request.out.empty()) return request.out;
  return std::filesystem::path(request.plan).stem().string() + "-results";
}

}  // namespace

int sweep(const SweepRequest& request) {
  const SweepPlan plan = read_sweep_plan(request.plan);
  check_selections(plan);
  const auto script = [&](const NodeKind& kind, const std::string& sweep,
                          const std::filesystem::path& folder) {
    return batch_script(plan, kind, sweep, folder, os::own_program());
  };
  if (request.dry_run) {
    for (const NodeKind& kind : plan.nodes) {
      fmt::print("{}", script(kind, "dry-run", std::filesystem::absolute(folder_of(request))));
    }
    return exit_ok;
  }
  const SweepFolder folder = SweepFolder::of_plan(folder_of(request), request.plan);
  for (const NodeKind& kind : plan.nodes) {
    write_text(script(kind, folder.submitted().sweep, folder.path()), folder.script(kind));
  }
  return request.engine == Engine::slurm ? sweep_on_slurm(plan, folder, request.wait)
                                         : sweep_here(plan, folder);
}

}  // namespace concbench
