// concbench run: request → plan → session → result → what is shown.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "build_info.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/doctor/checks.hpp"
#include "cli/harness/environment.hpp"
#include "cli/harness/errors.hpp"
#include "cli/harness/estimate.hpp"
#include "cli/harness/plan.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/progress.hpp"
#include "cli/harness/resume.hpp"
#include "cli/harness/session.hpp"
#include "cli/harness/signals.hpp"
#include "cli/harness/worker_environment.hpp"
#include "cli/terminal/live.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/own_program.hpp"
#include "reports/result/result_file.hpp"
#include "reports/result/result_json.hpp"
#include "reports/text/table.hpp"
#include "reports/text/trust.hpp"

namespace concbench {
namespace {

std::string now_rfc3339() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

Result new_result(const RunRequest& request, const Topology& topology) {
  Result result;
  result.date = now_rfc3339();
  result.program = os::own_program();
  result.seed = request.seed;
  result.request = {.argv = request.argv,
                    .preset = request.preset.name,
                    .processes = request.preset.processes,
                    .repetitions = request.preset.repetitions,
                    .min_time_s = request.preset.min_time_s,
                    .timeout_s = request.preset.timeout_s,
                    .budget_s = request.budget_s};
  result.build = {
      .version = build_info::version,
      .commit = build_info::commit,
      .compiler = build_info::compiler,
      .flags = build_info::flags,
      .build_type = build_info::build_type,
      .libraries = {std::begin(build_info::libraries), std::end(build_info::libraries)}};
  result.environment = read_environment();
  result.environment.variables = worker_environment().passed;
  result.environment.dropped_variables = worker_environment().dropped;
  result.machine = machine_info(topology);
  return result;
}

void print_plan(const Plan& plan, const RunRequest& request,
                const std::vector<std::string>& adjusted) {
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
               worker_time(job, request.preset) * static_cast<double>(processes));
  }
  for (const std::string& sentence : adjusted) fmt::print("{}\n", sentence);
  fmt::print("{} of {} cells would run, in {} worker processes, in about {}\n", runnable,
             plan.jobs.size(), plan.steps.size(), spoken_time(expected_time(plan, request.preset)));
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

bool has_numbers(const Result& result) {
  return std::ranges::count(result.cells, Status::ok, &Cell::status) > 0;
}

std::unique_ptr<Progress> progress_of(const RunRequest& request, const Plan& plan,
                                      const Result& result) {
  const bool terminal = isatty(STDERR_FILENO);
  const double expected_s = expected_time(plan, request.preset);
  if (!request.live || !terminal) return make_progress(plan.steps.size(), expected_s, terminal);
  return make_live_table({.result = &result,
                          .steps = plan.steps.size(),
                          .processes = request.preset.processes,
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
  say("concbench: nothing of this can run here; the reasons are in the result\n");
  return exit_impossible;
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
  if (to_file) check_writable(request.out);

  const Topology topology = discover();
  Plan plan = make_plan(request, topology, read_limits());
  Result result = new_result(request, topology);
  if (before) {
    refuse_other_machine(result, *before, request.resume);
    take_over(plan, *before);
    result.date = before->date;
    result.order = before->order;
  }
  estimate(plan, request.preset);
  if (request.budget_s) result.adjusted = fit_budget(plan, request.preset, *request.budget_s);
  result.request.repetitions = request.preset.repetitions;
  if (request.dry_run) {
    print_plan(plan, request, result.adjusted);
    return exit_ok;
  }

  constexpr std::chrono::milliseconds window(100);  // 10 ticks
  result.environment.findings = checkup::examine(checkup::gather(window));
  for (const Job& job : plan.jobs) {
    result.cells.push_back(job.cell);
    Cell& cell = result.cells.back();
    if (cell.status == Status::skipped && cell.reason.empty()) cell.reason = not_run_yet;
  }
  const auto save = [&] {
    if (to_file) write_result(result, request.out);
  };
  // The more there is to write, the less often: at most a twentieth of the time goes into it.
  auto due = Conversation::Clock::now();
  const auto save_now_and_then = [&] {
    const auto now = Conversation::Clock::now();
    if (now < due) return;
    save();
    const auto written = Conversation::Clock::now();
    due = written + 20 * (written - now);
  };
  save();
  const auto before_run = cpu_times(topology.allowed());
  const auto start = Conversation::Clock::now();
  int signal;
  {
    const auto progress = progress_of(request, plan, result);
    for (const std::string& sentence : result.adjusted) say("{}\n", sentence);
    signal = run_session(plan, request, result, *progress, save_now_and_then);
  }
  const std::chrono::duration<double, std::nano> took = Conversation::Clock::now() - start;
  if (const auto after_run = cpu_times(topology.allowed()); before_run && after_run) {
    const double capacity = took.count() * static_cast<double>(topology.allowed().size());
    result.environment.steal_share =
        static_cast<double>(after_run->steal_ns - before_run->steal_ns) / capacity;
  }
  result.complete = signal == 0;
  save();
  fmt::print("{}", shown(result, request));
  if (has_numbers(result)) say("{}\n", trust(result));
  if (signal) {
    say("concbench: stopped by signal {}; {}\n", signal,
        to_file ? fmt::format("concbench run --resume={} goes on from here", request.out)
                : "the finished cells are above");
    return exit_signal + signal;
  }
  return exit_code(result);
}

}  // namespace concbench
