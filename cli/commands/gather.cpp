// concbench gather: the results of a sweep, brought together.
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/fleet/gathering.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/style.hpp"

namespace concbench {

int gather(const GatherRequest& request) {
  const SweepFolder folder(request.folder);
  const SweepPlan plan = read_sweep_plan(folder.plan());
  const Gathering gathering = gather(plan, folder);
  if (!gathering.complaint.empty()) {
    say("Slurm does not answer, so that states are as it last told them: {}\n",
        gathering.complaint);
  }
  if (!request.out.empty()) {
    std::vector<std::string> inputs;
    for (const GatheredResult& result : gathering.results) inputs.push_back(result.file);
    put(to_text(to_json(gathering)), inputs, request.out);
  }
  if (request.out != "-") fmt::print("{}", to_table(gathering, style_of(request.color)));
  return gathering.is_complete() ? exit_ok : exit_cells_failed;
}

}  // namespace concbench
