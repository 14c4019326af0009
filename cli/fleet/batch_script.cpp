#include "cli/fleet/batch_script.hpp"

#include <fmt/format.h>

#include "cli/terminal/shell.hpp"

namespace concbench {
namespace {

// Of all tasks; for some of them the sweep names those on sbatch's command line.
std::string array_of(const SweepPlan& plan, const NodeKind& kind) {
  std::string array = kind.count == 1 ? "0" : fmt::format("0-{}", kind.count - 1);
  if (plan.at_once > 0) array += fmt::format("%{}", plan.at_once);
  return array;
}

std::string directives(const SweepPlan& plan, const NodeKind& kind, const std::string& name,
                       const std::string& log) {
  std::string text;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) text += fmt::format("#SBATCH --{}={}\n", option, value);
  };
  add("job-name", name);
  add("array", array_of(plan, kind));
  add("partition", kind.partition);
  add("account", kind.account);
  add("constraint", kind.constraint);
  add("time", kind.time);
  add("nodes", "1");
  add("ntasks", "1");
  if (kind.cores) {
    add("cpus-per-task", fmt::to_string(*kind.cores));
  } else {
    text += "#SBATCH --exclusive\n";
  }
  text += "#SBATCH --requeue\n";
  add("open-mode", "append");
  add("output", log);
  return text;
}

std::string command_of(const Part& part, const std::string& program) {
  std::string command = shell_quoted(part.build->program.empty() ? program : part.build->program);
  command += " run";
  for (const std::string& word : part.selection->arguments) command += ' ' + shell_quoted(word);
  return command;
}

// What is there already is finished rather than begun anew. A node that is no other's equal has
// results of its own, so that none is of two.
constexpr const char* preamble = R"(
cd {results} || exit 4
{host_is}worst=0
measure() {{
  local result="{task}.$1{host}.json" ended
  shift
  if grep -qs '"complete": true' "$result"; then return; fi
  if [[ -e $result ]]; then "$@" {resume}="$result"; else "$@" --out="$result"; fi
  ended=$?
  ((ended > worst)) && worst=$ended
  ((ended < 128)) || exit "$ended" # stopped, and to be resumed
}}

)";

}  // namespace

std::string job_name(const std::string& sweep, const NodeKind& kind) {
  return fmt::format("concbench-{}-{}", sweep, kind.name);
}

std::string batch_script(const SweepPlan& plan, const NodeKind& kind, const std::string& sweep,
                         const std::filesystem::path& folder, const std::string& program) {
  std::string text = "#!/bin/bash\n";
  text += directives(plan, kind, job_name(sweep, kind),
                     shell_quoted(folder / "logs" / "") + kind.name + "-%a.log");
  text += fmt::format(
      fmt::runtime(preamble), fmt::arg("results", shell_quoted(folder / "results")),
      fmt::arg("task", kind.name + "-$SLURM_ARRAY_TASK_ID"),
      fmt::arg("host_is", kind.interchangeable ? "" : "host=$(uname -n)\n"),
      fmt::arg("host", kind.interchangeable ? "" : "@$host"),
      fmt::arg("resume", kind.interchangeable ? "--resume-anywhere --resume" : "--resume"));
  for (const Part& part : parts_of(plan)) {
    text += fmt::format("measure {} {}\n", part.name(), command_of(part, program));
  }
  return text + "exit \"$worst\"\n";
}

}  // namespace concbench
