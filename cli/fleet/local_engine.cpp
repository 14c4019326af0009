#include <algorithm>

#include "cli/exit_codes.hpp"
#include "cli/fleet/engines.hpp"
#include "cli/fleet/program.hpp"
#include "cli/harness/signals.hpp"
#include "cli/terminal/say.hpp"

namespace concbench {

int sweep_here(const SweepPlan& plan, const SweepFolder& folder) {
  catch_signals();
  int worst = exit_ok;
  for (const Task& task : tasks_of(plan)) {
    if (folder.is_finished(plan, task)) {
      say("{}: is finished\n", task.name());
      continue;
    }
    folder.reopen(plan, task);
    say("{}: runs; what it says is in {}\n", task.name(), folder.log(task).string());
    const int code =
        run_logged({"bash", folder.script(*task.kind)},
                   {{"SLURM_ARRAY_TASK_ID", fmt::to_string(task.index)}}, folder.log(task));
    if (const int signal = caught_signal()) return exit_signal + signal;
    if (code != exit_ok) say("{}: ended with {}: {}\n", task.name(), code, folder.last_words(task));
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace concbench
