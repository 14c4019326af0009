#include "cli/fleet/slurm.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "cli/fleet/batch_script.hpp"
#include "cli/fleet/program.hpp"
#include "models/machine/topology.hpp"

namespace concbench::slurm {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// "12|3|concbench-1a2b3c4d-small|RUNNING|None|node7"
std::array<std::string, 6> fields_of(const std::string& line) {
  std::array<std::string, 6> fields;
  std::istringstream text(line);
  for (std::string& field : fields) std::getline(text, field, '|');
  return fields;
}

long number_of(const std::string& id) {
  long number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

}  // namespace

bool is_here() { return run_program({"sbatch", "--version"}).code == 0; }

std::string submit(const SweepPlan& plan, const std::string& script,
                   const std::vector<int>& tasks) {
  std::string array = fmt::format("--array={}", fmt::join(tasks, ","));
  if (plan.at_once > 0) array += fmt::format("%{}", plan.at_once);
  const Ended sbatch = run_program({"sbatch", "--parsable", array, script});
  if (sbatch.code != 0) {
    throw Impossible(fmt::format("sbatch refuses {}: {}", script, first_line(sbatch.err)));
  }
  return first_line(sbatch.out).substr(0, sbatch.out.find_first_of(";\n"));
}

std::string ask(const SweepPlan& plan, Submitted& submitted) {
  std::vector<std::string> names;
  for (const NodeKind& kind : plan.nodes) names.push_back(job_name(submitted.sweep, kind));
  const Ended squeue =
      run_program({"squeue", "--noheader", "--array", "--states=all",
                   fmt::format("--name={}", fmt::join(names, ",")), "--format=%F|%K|%j|%T|%r|%N"});
  if (squeue.code != 0) return first_line(squeue.err);

  const std::string prefix = job_name(submitted.sweep, NodeKind{});
  std::map<std::string, SlurmJob> seen;
  std::istringstream lines(squeue.out);
  for (std::string line; std::getline(lines, line);) {
    const auto [id, index, name, state, reason, nodes] = fields_of(line);
    const std::string kind = name.substr(std::min(name.size(), prefix.size()));
    SlurmJob& job = seen[fmt::format("{}-{}", kind, index)];
    if (number_of(id) >= number_of(job.id)) job = {id, state, reason, nodes};
  }
  for (auto& [task, job] : submitted.jobs) {
    if (!seen.contains(task) && !job.is_over()) {
      job.state = "FORGOTTEN";
      job.reason = "Slurm no longer knows the job";
    }
  }
  for (auto& [task, job] : seen) submitted.jobs[task] = std::move(job);
  return "";
}

}  // namespace concbench::slurm
