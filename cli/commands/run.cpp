// concbench run: request → plan → session → result → what is shown.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <set>

#include "build_info.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/doctor/checks.hpp"
#include "cli/commands/run/live.hpp"
#include "cli/commands/run/progress.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/budget.hpp"
#include "cli/harness/environment.hpp"
#include "cli/harness/estimate.hpp"
#include "cli/harness/plan.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/resume.hpp"
#include "cli/harness/session.hpp"
#include "cli/harness/signals.hpp"
#include "cli/harness/worker_environment.hpp"
#include "cli/options/command_line.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/shell.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/own_program.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"
#include "reports/result/result_json.hpp"
#include "reports/text/table.hpp"
#include "reports/text/trust.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

// The words that say what to measure, without those that say where the result goes and how it
// shows.
std::vector<std::string> selection_of(const std::vector<std::string>& argv) {
  std::vector<std::string> selection;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string name = argv[i].substr(0, argv[i].find('='));
    const bool flag = name == "--dry-run" || name == "--live" || name == "--resume-anywhere";
    const bool where =
        name == "--resume" || name == "--out" || name == "--format" || name == "--color";
    if (!flag && !where) selection.push_back(argv[i]);
    if (where && name.size() == argv[i].size()) ++i;  // its value is the next word
  }
  return selection;
}

// A file is data: no program and no other file that it names is started or read for its sake.
void refuse_to_follow(const std::vector<std::string>& selection, const std::string& file) {
  const auto is_followed = [](const std::string& word) {
    return word.find("exec:") != word.npos || word.find(".toml") != word.npos ||
           word.find('/') != word.npos;
  };
  if (std::ranges::none_of(selection, is_followed)) return;
  std::string command = "concbench run";
  for (const std::string& word : selection) command += ' ' + shell_quoted(word);
  throw UsageError(
      fmt::format("--resume={}: its run names a program or a file, which is used only where you "
                  "name it; to go on: {} --resume={}",
                  file, command, shell_quoted(file)));
}

// `--resume FILE` alone means the run that made the file; with a selection, that selection.
RunRequest resumed(const RunRequest& now, const Result& before) {
  RunRequest request = now;
  if (selection_of(now.argv).empty()) {
    refuse_to_follow(selection_of(before.request.argv), now.resume);
    request.experiment = parse_run(before.request.argv).experiment;
    request.argv = before.request.argv;
  }
  request.experiment.seed = before.seed;
  if (request.out.empty()) request.out = now.resume;
  return request;
}

std::string now_rfc3339() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

Request as_recorded(const RunRequest& request) {
  const Preset& preset = request.experiment.preset;
  return {.argv = request.argv,
          .preset = preset.name,
          .processes = preset.processes,
          .repetitions = preset.repetitions,
          .min_time_s = preset.min_time_s,
          .timeout_s = preset.timeout_s,
          .budget_s = request.experiment.budget_s};
}

BuildInfo build() {
  return {.version = build_info::version,
          .commit = build_info::commit,
          .compiler = build_info::compiler,
          .flags = build_info::flags,
          .build_type = build_info::build_type,
          .libraries = {std::begin(build_info::libraries), std::end(build_info::libraries)}};
}

Result new_result(const RunRequest& request, const Topology& topology) {
  Result result;
  result.date = now_rfc3339();
  result.program = os::own_program();
  result.seed = request.experiment.seed;
  result.request = as_recorded(request);
  result.build = build();
  result.environment = read_environment();
  result.environment.variables = worker_environment().passed;
  result.environment.dropped_variables = worker_environment().dropped;
  result.machine = machine_info(topology);
  return result;
}

void print_plan(const Plan& plan, const Preset& preset, const std::vector<std::string>& adjusted) {
  std::size_t runnable = 0;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    const Job& job = plan.jobs[i];
    const auto processes =
        std::ranges::count_if(plan.steps, [&](const Step& step) { return step.job == i; });
    if (processes == 0) {
      fmt::print("{}: {}\n", job.cell.name(), job.closed ? "finished before" : job.cell.reason);
      continue;
    }
    ++runnable;
    fmt::print("{}: {} processes, about {:.1f} s\n", job.cell.name(), processes,
               worker_time(job, preset) * static_cast<double>(processes));
  }
  for (const std::string& sentence : adjusted) fmt::print("{}\n", sentence);
  fmt::print("{} of {} cells would run, in {} processes, in about {}\n", runnable, plan.jobs.size(),
             plan.steps.size(), spoken_time(expected_time(plan, preset)));
}

std::string shown(const Result& result, const RunRequest& request) {
  if (request.out == "-") return to_text(to_json(result));
  switch (request.format) {
    case Format::json: return to_text(to_json(result));
    case Format::csv: return to_csv(result);
    case Format::markdown: return to_markdown(result);
    case Format::table: break;
  }
  return to_table(result, style_of(request.color));
}

// What is kept of other hosts keeps their names.
void tell_hosts(const Result& before, const Result& now) {
  std::set<std::string> others = before.hosts();
  others.erase(now.environment.host);
  if (others.empty()) return;
  say("kept as measured on {}; the rest runs on {}\n", fmt::join(others, ", "),
      now.environment.host);
}

bool has_numbers(const Result& result) {
  return std::ranges::count(result.cells, Status::ok, &Cell::status) > 0;
}

std::unique_ptr<Progress> progress_of(const RunRequest& request, const Plan& plan,
                                      const Result& result) {
  const bool terminal = isatty(STDERR_FILENO);
  const double expected_s = expected_time(plan, request.experiment.preset);
  if (!request.live || !terminal) return make_progress(plan.steps.size(), expected_s, terminal);
  return make_live_table({.result = &result,
                          .steps = plan.steps.size(),
                          .processes = request.experiment.preset.processes,
                          .style = style_of(request.color, STDERR_FILENO),
                          .height = height_of_terminal(STDERR_FILENO)});
}

int exit_code(const Result& result) {
  const auto has = [&](auto... statuses) {
    return std::ranges::any_of(
        result.cells, [&](const Cell& cell) { return ((cell.status == statuses) || ...); });
  };
  if (has(Status::failed, Status::crashed, Status::timeout)) return exit_cells_failed;
  if (has_numbers(result)) return exit_ok;
  say("concbench: nothing that was asked for can run here; the reasons are in the result\n");
  return exit_impossible;
}

// What a request came to before anything of it is measured.
struct Prepared {
  Plan plan;
  Result result;
};

Prepared prepare(RunRequest& request, const std::optional<Result>& before,
                 const Topology& topology) {
  Experiment& experiment = request.experiment;
  Prepared made{make_plan(experiment, topology, read_limits()), new_result(request, topology)};
  if (before) {
    refuse_other_machine(made.result, *before, request.resume);
    refuse_other_host(made.result, *before, request.resume, request.resume_anywhere);
    take_over(made.plan, *before);
    made.result.date = before->date;
    made.result.order = before->order;
  }
  estimate(made.plan, experiment.preset);
  if (experiment.budget_s) {
    made.result.adjusted = fit_budget(made.plan, experiment.preset, *experiment.budget_s);
  }
  made.result.request.repetitions = experiment.preset.repetitions;
  for (const Job& job : made.plan.jobs) {
    made.result.cells.push_back(job.cell);
    Cell& cell = made.result.cells.back();
    if (cell.status == Status::skipped && cell.reason.empty()) cell.reason = not_run_yet;
  }
  return made;
}

// The session, and what the machine did meanwhile. Returns the signal that stopped it, or 0.
int measure(const RunRequest& request, const Topology& topology, Plan& plan, Result& result,
            Saver& saver) {
  constexpr std::chrono::milliseconds window(100);  // 10 ticks
  result.environment.findings = checkup::examine(checkup::gather(window));
  saver.save(result);
  const auto before = cpu_times(topology.allowed());
  const auto start = Process::Clock::now();
  const auto progress = progress_of(request, plan, result);
  for (const std::string& sentence : result.adjusted) say("{}\n", sentence);
  const int signal = run_session(plan, request.experiment, result, *progress, saver);
  const std::chrono::duration<double, std::nano> took = Process::Clock::now() - start;
  if (const auto after = cpu_times(topology.allowed()); before && after) {
    const double capacity = took.count() * static_cast<double>(topology.allowed().size());
    result.environment.steal_share =
        static_cast<double>(after->steal_ns - before->steal_ns) / capacity;
  }
  result.complete = signal == 0;
  saver.finish(result);
  return signal;
}

}  // namespace

int run(RunRequest request) {
  catch_signals();
  std::optional<Result> before;
  if (!request.resume.empty()) {
    before = read_result(request.resume);
    request = resumed(request, *before);
  }
  const bool to_file = !request.out.empty() && request.out != "-";
  Saver saver(to_file && !request.dry_run ? request.out : "");
  const Topology topology = discover();
  auto [plan, result] = prepare(request, before, topology);
  if (request.dry_run) {
    print_plan(plan, request.experiment.preset, result.adjusted);
    return exit_ok;
  }
  if (before) tell_hosts(*before, result);
  const int signal = measure(request, topology, plan, result, saver);
  fmt::print("{}", shown(result, request));
  if (has_numbers(result)) say("{}\n", trust(result));
  if (const std::string what = advice(result); !what.empty()) say("{}\n", what);
  if (signal) {
    say("concbench: stopped by signal {}; {}\n", signal,
        to_file ? fmt::format("concbench run --resume={} goes on from here", request.out)
                : "the finished cells are above");
    return exit_signal + signal;
  }
  return exit_code(result);
}

}  // namespace concbench
