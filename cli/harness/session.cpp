#include "cli/harness/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/harness/budget.hpp"
#include "cli/harness/calibrate.hpp"
#include "cli/harness/ceiling.hpp"
#include "cli/harness/estimate.hpp"
#include "cli/harness/footnotes.hpp"
#include "cli/harness/metg.hpp"
#include "cli/harness/observation.hpp"
#include "cli/harness/open_cell.hpp"
#include "cli/harness/series.hpp"
#include "cli/harness/signals.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

using Clock = Process::Clock;

Clock::duration seconds(double s) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

// What one worker process adds to its cell.
struct Contribution {
  ProcessInfo process;
  std::vector<Sample> samples;
  std::vector<ObservedWorker> workers;
  std::map<std::string, std::string> notes;
  std::string answer;
  std::vector<std::pair<Notice, std::int64_t>> notices;  // with what the run took
  Measures counted;                                      // its counters, of the first process only
  std::optional<double> metg_ns;
};

Contribution measure(const Candidate& candidate, const Job& job, int process,
                     const Preset& preset) {
  const auto start = Clock::now();
  OpenCell cell(candidate, job.workload, job.placement, start + seconds(preset.timeout_s));
  Contribution made;
  const Observation kind = observation_of(about(job.workload).shape);
  // One cold run first: its time must not decide how many iterations a sample has, unless one would
  // do even if a warm one took a twentieth of it.
  const double cold_s = static_cast<double>(cell.run(1).wall_ns) / 1e9;
  const bool one_is_enough = cold_s > 20 * preset.min_time_s;
  const std::int64_t iterations = one_is_enough ? 1 : iterations_for(cell, preset.min_time_s);

  const bool observe = kind == Observation::always;
  for (const TimedRun& run : timed_runs(cell, iterations, observe, preset, start)) {
    Sample& sample = made.samples.emplace_back(run.sample);
    sample.process = process;
    sample.index = static_cast<int>(made.samples.size()) - 1;
    if (observe) made.notices.emplace_back(run.notice, sample.wall_ns);
  }
  const std::int64_t warmup_runs = cell.runs() - static_cast<std::int64_t>(made.samples.size());
  // Noting makes short operations several times as long, and a tenth gives durations enough.
  const std::int64_t few = std::max<std::int64_t>(1, iterations / 10);
  if (kind == Observation::apart) {
    const Sample observed = cell.run(few, true);
    made.notices.emplace_back(cell.notice(), observed.wall_ns);
  }
  if (process == 0) cell.count(few, made.counted);
  made.workers = cell.workers();
  made.answer = cell.answer();
  made.process = cell.close();
  made.process.index = process;
  made.process.warmup_runs = warmup_runs;
  made.notes = cell.notes();
  if (has_metg(job.workload)) made.metg_ns = measure_metg(candidate, job, preset.timeout_s);
  return made;
}

void add(Cell& cell, Notices& notices, Contribution made) {
  for (const auto& [notice, wall_ns] : made.notices)
    notices.add(notice, wall_ns, made.process.index);
  if (made.metg_ns) notices.add_metg(*made.metg_ns);
  if (!made.counted.counters.empty()) {
    cell.measures.counters = std::move(made.counted.counters);
    cell.measures.counter_notes = std::move(made.counted.counter_notes);
  }
  cell.processes.push_back(made.process);
  cell.samples.insert(cell.samples.end(), made.samples.begin(), made.samples.end());
  merge_workers(cell.workers, made.workers);
  merge_notes(cell.notes, made.notes);
  cell.answer = std::move(made.answer);
}

// Of tasks that the kernel schedules, the yields that made it run another.
std::optional<double> switched_share(const std::vector<Sample>& samples) {
  double switches = 0, yields = 0;
  for (const Sample& sample : samples) {
    if (!sample.voluntary || !sample.involuntary) return {};
    switches += static_cast<double>(*sample.voluntary + *sample.involuntary);
    yields += static_cast<double>(sample.ops);
  }
  return std::min(1.0, switches / yields);
}

void describe_processes(Cell& cell) {
  std::vector<double> cold_starts;
  for (const ProcessInfo& process : cell.processes) {
    const auto keep_larger = [](auto& kept, const auto& other) {
      if (other && (!kept || *kept < *other)) kept = other;
    };
    keep_larger(cell.memory.peak_rss_bytes, process.peak_rss_bytes);
    keep_larger(cell.memory.children_peak_rss_bytes, process.children_peak_rss_bytes);
    if (process.cold_start_ns) cold_starts.push_back(static_cast<double>(*process.cold_start_ns));
  }
  if (!cold_starts.empty())
    cell.measures.cold_start_ns = std::llround(median(std::move(cold_starts)));
}

void conclude(Cell& cell, const Job& job, const Candidate& candidate, const Preset& preset) {
  cell.summary = summarize(cell.samples);
  const Shape shape = about(job.workload).shape;
  job.notices.conclude(shape, cell);
  if (shape == Shape::yield && candidate.model && candidate.model->kernel_tasks) {
    cell.measures.switched_share = switched_share(cell.samples);
  }
  describe_processes(cell);
  cell.status = Status::ok;
  cell.reason.clear();
  cell.verified = true;  // every sample was, or it would not be here
  cell.warnings = warnings_about(cell, preset);
}

// Runs one step; returns whether nothing more is to be run of its cell.
bool run_step(Plan& plan, const Step& step, const Preset& preset, Result& result) {
  Job& job = plan.jobs[step.job];
  Cell& cell = result.cells[step.job];
  result.order.push_back(fmt::format("{}#{}", cell.name(), step.process));
  try {
    Contribution made = measure(plan.candidates[job.candidate], job, step.process, preset);
    if (!result.environment.host.empty()) made.process.host = result.environment.host;
    add(cell, job.notices, std::move(made));
  } catch (const Refused& refused) {
    cell.reason = refused.what();
    return true;
  } catch (const OutOfTime& failure) {
    cell.status = failure.status;
    cell.reason = failure.what();
    if (failure.foreign_share) cell.warnings.push_back(crowded_out(*failure.foreign_share));
    return true;
  } catch (const WorkerFailure& failure) {
    cell.status = failure.status;
    cell.reason = failure.what();
    return true;
  }
  const auto had = static_cast<int>(cell.processes.size());
  if (had == preset.processes) {
    conclude(cell, job, plan.candidates[job.candidate], preset);
    return true;
  }
  cell.reason = fmt::format("not finished: {} of {} processes had run", had, preset.processes);
  return false;
}

// The ceilings of all cells that hold tasks; looked for where more was asked than is predicted.
void survey_ceilings(Plan& plan, double timeout_s, Result& result) {
  const Limits limits = read_limits();
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    const Job& job = plan.jobs[i];
    const Candidate& candidate = plan.candidates[job.candidate];
    if (about(job.workload).shape != Shape::hold || !candidate.built_in()) continue;
    if (!candidate.no_pair(job.workload).empty()) continue;
    Ceiling ceiling = predict_ceiling(candidate, {job.placement.cpus(), candidate.options}, limits);
    const auto asked = static_cast<std::int64_t>(demand(job.workload).alive);
    if (asked > ceiling.predicted) find_ceiling(candidate, job, ceiling, timeout_s);
    result.cells[i].memory.ceiling = std::move(ceiling);
  }
}

// Tells of finished cells, each no sooner than it is kept.
class Acknowledgements {
 public:
  Acknowledgements(Saver& saver, Progress& progress, const Result& result)
      : saver_(saver), progress_(progress), result_(result) {}

  void finished(const Cell& cell) { waiting_.push_back(&cell); }
  void save_if_due() {
    if (saver_.save_if_due(result_)) tell();
  }
  void save() {
    saver_.save(result_);
    tell();
  }

 private:
  void tell() {
    for (const Cell* cell : std::exchange(waiting_, {})) progress_.finish(*cell);
  }

  Saver& saver_;
  Progress& progress_;
  const Result& result_;
  std::vector<const Cell*> waiting_;
};

// Leaves out a cell whose turn comes after the end of the budget; returns whether it did. One that
// has begun is brought to its end.
bool drop_if_late(const Job& job, Cell& cell, double left_s, double budget_s) {
  if (left_s > 0 || job.closed || !cell.processes.empty()) return false;
  cell.reason = fmt::format("the budget of {} s was used up before its turn", budget_s);
  return true;
}

}  // namespace

int run_session(Plan& plan, const Experiment& experiment, Result& result, Progress& progress,
                Saver& saver) {
  const auto start = Clock::now();
  survey_ceilings(plan, experiment.preset.timeout_s, result);
  Preset preset = experiment.preset;
  Acknowledgements acknowledgements(saver, progress, result);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    Job& job = plan.jobs[step.job];
    Cell& cell = result.cells[step.job];
    progress.begin(cell, expected_time(plan, preset, i));
    const bool was_closed = job.closed;
    if (experiment.budget_s) {
      const std::chrono::duration<double> used = Clock::now() - start;
      const double left_s = *experiment.budget_s - used.count();
      preset.repetitions = affordable_repetitions(plan, preset, left_s, i);
      job.closed |= drop_if_late(job, cell, left_s, *experiment.budget_s);
    }
    try {
      if (!job.closed) job.closed = run_step(plan, step, preset, result);
    } catch (const Interrupted&) {
      acknowledgements.save();
      return caught_signal();
    }
    if (job.closed && !was_closed) acknowledgements.finished(cell);
    acknowledgements.save_if_due();
    progress.end_step();
    if (caught_signal()) break;
  }
  if (preset.repetitions < experiment.preset.repetitions) {
    result.adjusted.push_back(fmt::format(
        "reduced to {} samples per process during the run, which took longer than expected",
        preset.repetitions));
  }
  acknowledgements.save();
  return caught_signal();
}

}  // namespace concbench
