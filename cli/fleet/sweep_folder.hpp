// The folder of a sweep, on storage that all its nodes see: the plan, a batch script for each kind
// of nodes, logs, and the result of every part, each written by the one task that measures it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/fleet/sweep_plan.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// What runs on one node, and what Slurm knows as one task of an array: the whole selection.
struct Task {
  const NodeKind* kind;
  int index;
  std::string name() const;  // "small-3"
};
std::vector<Task> tasks_of(const SweepPlan& plan);

// One run of concbench in a task.
struct Part {
  const SweptBuild* build;
  const Selection* selection;
  int repetition;
  std::string name() const;  // "release.hand-off.0"
};
std::vector<Part> parts_of(const SweepPlan& plan);

// What there is of a part: the best of its results, of several where a task began anew elsewhere.
struct Found {
  enum class State { missing, unfinished, failed, complete };
  State state = State::missing;
  std::string file;
  std::optional<Result> result;
  std::string problem;  // of a file that cannot be read
};

// The files of results, by the names of the parts that they are of: "small-3.release.hand-off.0".
using Listing = std::multimap<std::string, std::filesystem::path>;

// What Slurm said last of a task.
struct SlurmJob {
  std::string id, state, reason, nodes;
  bool is_over() const;
};

// What is kept of Slurm's words, which it forgets minutes after the end of a job.
struct Submitted {
  std::string sweep;                     // tells its jobs from those of other sweeps
  std::map<std::string, SlurmJob> jobs;  // by the names of tasks
};

class SweepFolder {
 public:
  // Throws UsageError unless it holds a sweep.
  explicit SweepFolder(const std::filesystem::path& path);
  // Makes the folder or finds it made. Throws UsageError if it is of another plan.
  static SweepFolder of_plan(const std::filesystem::path& path, const std::string& plan_file);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path plan() const { return path_ / "plan.toml"; }
  std::filesystem::path results() const { return path_ / "results"; }
  std::filesystem::path script(const NodeKind& kind) const { return path_ / (kind.name + ".sh"); }
  std::filesystem::path log(const Task& task) const;
  std::filesystem::path submitted_file() const { return path_ / "submitted.json"; }

  Listing list() const;
  bool is_finished(const SweepPlan& plan, const Task& task) const;
  // So that they are measured anew, cells that failed go from the task's results, and results that
  // cannot be read are put aside.
  void reopen(const SweepPlan& plan, const Task& task) const;
  // The last complaint of concbench in the task's log; empty if there is none.
  std::string last_words(const Task& task) const;
  Submitted submitted() const;

 private:
  std::filesystem::path path_;
};

Found find(const Listing& listing, const Task& task, const Part& part);
std::string text_of(const Submitted& submitted);

}  // namespace concbench
