// concbench check: two programs → contests → pairs → verdicts.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/benchmark_rivals.hpp"
#include "cli/harness/environment.hpp"
#include "cli/harness/pairs.hpp"
#include "cli/harness/plan.hpp"
#include "cli/harness/programs.hpp"
#include "cli/harness/signals.hpp"
#include "cli/harness/worker_rivals.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/shell.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/own_program.hpp"
#include "reports/result/check_json.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"
#include "reports/text/check_table.hpp"

namespace concbench {
namespace {

std::string machine_in_a_line(const Topology& topology) {
  const Environment environment = read_environment();
  std::string text = fmt::format("{}, {} CPUs allowed, Linux {}", environment.cpu_model,
                                 topology.allowed().size(), environment.kernel);
  if (environment.hypervisor && *environment.hypervisor != "none") {
    text += fmt::format(", on {}", *environment.hypervisor);
  }
  return text;
}

CheckedCell checked_cell(const Job& job) {
  const Demand work = demand(job.workload);
  return {.name = job.cell.name(),
          .model = job.cell.model,
          .workload = job.cell.workload,
          .op = job.cell.op,
          .params = job.cell.params,
          .cpus = job.cell.requested_cpus,
          .ops = work.ops};
}

// The jobs of both programs side by side: the same cells, since the request is the same.
std::vector<Contest> side_by_side(const CheckRequest& request, const Topology& topology,
                                  const std::vector<Candidate>& base,
                                  const std::vector<Candidate>& next) {
  const Limits limits = read_limits();
  const Plan of_base = make_plan(request.selection, base, topology, limits);
  const Plan of_next = make_plan(request.selection, next, topology, limits);
  std::vector<Contest> contests;
  for (std::size_t i = 0; i < of_base.jobs.size(); ++i) {
    const Job &here = of_base.jobs[i], &there = of_next.jobs[i];
    contests.push_back({.rivals = worker_rivals({.base = base[here.candidate],
                                                 .next = next[there.candidate],
                                                 .workload = here.workload,
                                                 .placement = here.placement,
                                                 .timeout_s = request.selection.preset.timeout_s}),
                        .missing_in_base = here.cell.reason,
                        .missing_in_next = there.cell.reason,
                        .cell = checked_cell(here)});
  }
  return contests;
}

std::vector<Contest> contests_of_programs(const CheckRequest& request, const Topology& topology,
                                          Check& check) {
  const double timeout_s = request.selection.preset.timeout_s;
  const Program base("BASE", request.base, timeout_s), next("NEW", request.next, timeout_s);
  check.base = base.description();
  check.next = next.description();
  std::vector<Candidate> of_base, of_next;
  for (const std::string& model :
       models_of(base, next, request.selection.models, request.selection.models_named)) {
    of_base.push_back(base.candidate(model));
    of_next.push_back(next.candidate(model));
  }
  return side_by_side(request, topology, of_base, of_next);
}

// Each cell twice: against itself, and against itself with real extra work.
std::vector<Contest> contests_of_self_test(const CheckRequest& request, const Topology& topology,
                                           Check& check) {
  const std::string self = os::own_program();
  const Program program("BASE", self, request.selection.preset.timeout_s);
  check.base = check.next = program.description();
  std::vector<Candidate> same, slowed;
  for (const std::string& model :
       models_of(program, program, request.selection.models, request.selection.models_named)) {
    same.push_back(program.candidate(model));
    slowed.push_back(same.back());
    slowed.back().launch.push_back(fmt::format("--slow-down={}", 100 * request.slow_down));
  }
  std::vector<Contest> contests = side_by_side(request, topology, same, same);
  std::vector<Contest> harder = side_by_side(request, topology, same, slowed);
  for (Contest& contest : harder) contest.cell.injected = request.slow_down;
  std::ranges::move(harder, std::back_inserter(contests));
  return contests;
}

std::vector<Contest> contests_asked_for(const CheckRequest& request, const Topology& topology,
                                        const BenchmarkPrograms& benchmarks, Check& check) {
  if (request.google_benchmark) return benchmark_contests(benchmarks, request.filter);
  if (request.self_test) return contests_of_self_test(request, topology, check);
  return contests_of_programs(request, topology, check);
}

// Versions are known once the programs have run.
void describe_benchmarks(const CheckRequest& request, const BenchmarkPrograms& benchmarks,
                         Check& check) {
  check.base = {.command = request.base, .version = benchmarks.base->version()};
  check.next = {.command = request.next, .version = benchmarks.next->version()};
  check.limits = benchmark_limits(check.cells);
}

// How the check shows on stderr that it goes on: on a terminal after each pair, else after each
// cell.
class CheckProgress {
 public:
  explicit CheckProgress(std::size_t cells) : cells_(cells), terminal_(isatty(STDERR_FILENO)) {}

  void pair(const CheckedCell& cell, const std::optional<Effect>& effect) const {
    if (!terminal_) return;
    say("\r\033[K[{}/{}] {}: {} pairs{}{}", done_, cells_, cell.name, cell.pairs.size(),
        effect ? ", " : "", effect ? effect_text(*effect) : "");
  }
  void closed(const CheckedCell& cell) {
    ++done_;
    const Judgement& judgement = cell.judgement;
    say("{}[{}/{}] {}: {}{}{} after {} pairs, {:.1f} s\n", terminal_ ? "\r\033[K" : "", done_,
        cells_, cell.name, name_of(judgement.verdict), judgement.effect ? ", " : "",
        judgement.effect ? effect_text(*judgement.effect) : "", judgement.pairs, cell.seconds);
  }

 private:
  std::size_t cells_, done_ = 0;
  bool terminal_;
};

int exit_code(const Check& check, bool strict) {
  const auto has = [&](auto... verdicts) {
    return std::ranges::any_of(check.cells, [&](const CheckedCell& cell) {
      return ((cell.judgement.verdict == verdicts) || ...);
    });
  };
  if (has(Verdict::incomparable)) return exit_impossible;
  if (has(Verdict::regression)) return exit_regression;
  if (has(Verdict::failed, Verdict::missing)) return exit_cells_failed;
  if (strict && has(Verdict::inconclusive)) return exit_cells_failed;
  if (std::ranges::all_of(check.cells, [](const CheckedCell& cell) {
        return cell.judgement.verdict == Verdict::skipped;
      })) {
    say("concbench: nothing that was asked for can run here; the reasons are in the result\n");
    return exit_impossible;
  }
  return exit_ok;
}

// The gate works here if it raises no alarm without cause and finds every slowdown.
int judge_self_test(const Check& check) {
  int alarms = 0, asked = 0, found = 0;
  for (const CheckedCell& cell : check.cells) {
    const Verdict verdict = cell.judgement.verdict;
    if (verdict == Verdict::skipped) continue;
    if (cell.injected == 0) {
      alarms += verdict == Verdict::regression || verdict == Verdict::improvement;
    } else {
      ++asked;
      found += verdict == Verdict::regression;
    }
  }
  say("self-test: {} of {} slowdowns found, {} false alarms\n", found, asked, alarms);
  if (alarms) return exit_regression;
  return asked > 0 && found == asked ? exit_ok : exit_cells_failed;
}

void show(const Check& check, const CheckRequest& how) {
  switch (how.format) {
    case Format::json: fmt::print("{}\n", to_text(to_json(check))); break;
    case Format::markdown: fmt::print("{}", to_markdown(check)); break;
    default: fmt::print("{}", to_table(check, style_of(how.color)));
  }
}

Check replayed(const CheckRequest& request) {
  Check check;
  try {
    check = check_from_json(parse_json(read_file(request.replay)));
  } catch (const BadJson& bad) {
    throw BadJson(fmt::format("{}: {}", request.replay, bad.what()));
  }
  if (request.min_effect) check.rule.min_effect = *request.min_effect;
  for (CheckedCell& cell : check.cells) {
    const Verdict verdict = cell.judgement.verdict;
    const bool void_pairs = verdict == Verdict::failed || verdict == Verdict::incomparable;
    if (!cell.pairs.empty() && !void_pairs) cell.judgement = judge(cell, check.rule);
  }
  return check;
}

std::string command_of(const CheckRequest& request) {
  std::string command = "concbench check";
  for (const std::string& word : request.argv) {
    if (!word.starts_with("--seed")) command += fmt::format(" {}", shell_quoted(word));
  }
  return fmt::format("{} --seed={}", command, request.selection.seed);
}

}  // namespace

int check(CheckRequest request) {
  catch_signals();
  const Experiment& selection = request.selection;
  std::optional<OutputFile> out;
  if (!request.out.empty()) {
    refuse_overwriting({request.replay}, request.out);
    out.emplace(request.out);
  }
  Check check;
  int signal = 0;
  if (!request.replay.empty()) {
    check = replayed(request);
  } else {
    const Topology topology = discover();
    check.date = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    check.command = command_of(request);
    check.seed = selection.seed;
    check.self_test = request.self_test;
    if (request.min_effect) check.rule.min_effect = *request.min_effect;
    check.machine = machine_in_a_line(topology);
    BenchmarkPrograms benchmarks;
    if (request.google_benchmark) {
      const double timeout_s = selection.preset.timeout_s;
      benchmarks = {std::make_shared<GoogleBenchmark>("BASE", request.base, timeout_s),
                    std::make_shared<GoogleBenchmark>("NEW", request.next, timeout_s)};
    }
    std::vector<Contest> contests = contests_asked_for(request, topology, benchmarks, check);
    CheckProgress progress(contests.size());
    signal = run_pairs(
        contests,
        {.rule = check.rule,
         .cell_budget_s = request.cell_budget_s,
         .budget_s = selection.budget_s,
         .seed = selection.seed,
         .progress = [&](const auto& cell, const auto& effect) { progress.pair(cell, effect); },
         .closed = [&](const auto& cell) { progress.closed(cell); }});
    check.complete = signal == 0;
    for (Contest& contest : contests) check.cells.push_back(std::move(contest.cell));
    if (request.google_benchmark) describe_benchmarks(request, benchmarks, check);
  }
  if (out) out->write(to_text(to_json(check)) + '\n');
  show(check, request);
  if (signal) return exit_signal + signal;
  return check.self_test ? judge_self_test(check) : exit_code(check, request.strict);
}

}  // namespace concbench
