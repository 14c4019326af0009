#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "cli/exit_codes.hpp"
#include "cli/fleet/engines.hpp"
#include "cli/fleet/slurm.hpp"
#include "cli/terminal/say.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/output_file.hpp"

namespace concbench {
namespace {

class SlurmSweep {
 public:
  SlurmSweep(const SweepPlan& plan, const SweepFolder& folder)
      : plan_(plan),
        folder_(folder),
        file_(folder.submitted_file()),
        submitted_(folder.submitted()) {
    if (!slurm::is_here()) {
      throw Impossible(
          "--engine=slurm: there is no sbatch here; start it where jobs are submitted");
    }
    if (const std::string complaint = slurm::ask(plan_, submitted_); !complaint.empty()) {
      throw Impossible(fmt::format("--engine=slurm: Slurm does not answer: {}", complaint));
    }
    for (const Task& task : tasks_of(plan_)) {
      if (!is_queued(task) && !folder_.is_finished(plan_, task)) waiting_.push_back(task);
    }
  }

  void submit() {
    auto room = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, plan_.most_queued - queued()));
    while (room > 0 && !waiting_.empty()) {
      const NodeKind& kind = *waiting_.front().kind;
      std::vector<Task> tasks;
      while (tasks.size() < room && !waiting_.empty() && waiting_.front().kind == &kind) {
        tasks.push_back(waiting_.front());
        waiting_.pop_front();
      }
      room -= tasks.size();
      submit(kind, tasks);
    }
  }

  std::size_t waiting() const { return waiting_.size(); }
  std::ptrdiff_t queued() const {
    return std::ranges::count_if(submitted_.jobs,
                                 [](const auto& job) { return !job.second.is_over(); });
  }

  void look() {
    const std::map<std::string, SlurmJob> before = submitted_.jobs;
    const std::string complaint = slurm::ask(plan_, submitted_);
    if (complaint != complaint_) say("{}\n", complaint.empty() ? "Slurm answers again" : complaint);
    complaint_ = complaint;
    for (const auto& [task, job] : submitted_.jobs) {
      const auto known = before.find(task);
      if (known != before.end() && known->second.state == job.state) continue;
      say("{}: {}{}\n", task, job.state, job.nodes.empty() ? "" : " on " + job.nodes);
    }
    keep();
  }

 private:
  bool is_queued(const Task& task) const {
    const auto job = submitted_.jobs.find(task.name());
    return job != submitted_.jobs.end() && !job->second.is_over();
  }

  void submit(const NodeKind& kind, const std::vector<Task>& tasks) {
    std::vector<int> indices;
    for (const Task& task : tasks) {
      folder_.reopen(plan_, task);
      indices.push_back(task.index);
    }
    const std::string id = slurm::submit(plan_, folder_.script(kind), indices);
    for (const Task& task : tasks) submitted_.jobs[task.name()] = {id, "PENDING", "", ""};
    keep();
    say("{}: {} tasks submitted as job {}\n", kind.name, tasks.size(), id);
  }

  void keep() { file_.write(text_of(submitted_)); }

  const SweepPlan& plan_;
  const SweepFolder& folder_;
  OutputFile file_;  // and with it the right to submit
  Submitted submitted_;
  std::deque<Task> waiting_;
  std::string complaint_;
};

}  // namespace

int sweep_on_slurm(const SweepPlan& plan, const SweepFolder& folder, bool wait) {
  SlurmSweep sweep(plan, folder);
  sweep.submit();
  if (!wait) {
    say("{} tasks are in the queue; concbench gather {} tells how far they are\n", sweep.queued(),
        folder.path().string());
    if (sweep.waiting() > 0) {
      say("{} more are submitted by the same command once there is room\n", sweep.waiting());
    }
    return exit_ok;
  }
  while (sweep.queued() > 0) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    sweep.look();
    sweep.submit();
  }
  const auto finished = [&](const Task& task) { return folder.is_finished(plan, task); };
  return std::ranges::all_of(tasks_of(plan), finished) ? exit_ok : exit_cells_failed;
}

}  // namespace concbench
