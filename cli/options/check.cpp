// concbench check
#include <memory>
#include <random>

#include "cli/harness/program_token.hpp"
#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/placement.hpp"
#include "cli/options/selection.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct CheckWords {
  std::string base, next;
  SelectionWords what;
  PlacementWords where;
  std::string preset = "quick", min_effect, cell_budget = "10", budget, timeout, seed,
              slow_down = "5";
  std::string replay, out;
  OutputWords shown;
  std::string filter;
  bool strict = false, self_test = false, google_benchmark = false;
};

void add_check_options(CLI::App& app, CheckWords& words) {
  app.add_option("BASE", words.base,
                 "the program to compare with: a build of concbench, a program that speaks the "
                 "worker protocol, or \"exec:PATH ARG…\" for one with arguments; NAME=exec:… calls "
                 "its model so")
      ->type_name(kinds::program);
  app.add_option("NEW", words.next, "the program to be judged")->type_name(kinds::program);
  app.add_flag("--gbench", words.google_benchmark,
               "BASE and NEW are programs of Google Benchmark; cells are their benchmarks")
      ->group("What");
  app.add_option("--filter", words.filter, "the benchmarks of --gbench, as a regular expression")
      ->type_name(kinds::text)
      ->group("What");
  add_selection_options(app, words.what);
  app.add_option("--preset", words.preset, "quick, ci, full or paper: sizes; or a file, NAME.toml")
      ->type_name(kinds::preset)
      ->group("What")
      ->capture_default_str();
  add_placement_options(app, words.where);
  const auto option = [&](const char* name, std::string& into, const char* kind, const char* help) {
    return app.add_option(name, into, help)->type_name(kind)->group("How");
  };
  option("--min-effect", words.min_effect, kinds::percent,
         "below which no difference matters; usually 2");
  option("--cell-budget", words.cell_budget, kinds::seconds, "for each cell")
      ->capture_default_str();
  option("--budget", words.budget, kinds::seconds, "for everything");
  option("--timeout", words.timeout, kinds::seconds, "how long one process may take");
  option("--seed", words.seed, kinds::number,
         "seed of the coin that decides which of a pair goes first");
  app.add_flag("--strict", words.strict, "inconclusive is a failure (exit code 3)")->group("How");
  app.add_flag("--self-test", words.self_test,
               "try the gate here: this program against itself, and against itself slowed down")
      ->group("How");
  option("--slow-down", words.slow_down, kinds::percent, "how much the self-test slows down")
      ->capture_default_str();
  const auto result = [&](const char* name, std::string& into, const char* help) {
    app.add_option(name, into, help)->type_name(kinds::file)->group("Results");
  };
  result("--out", words.out, "write verdicts and raw pairs to this file");
  result("--replay", words.replay, "judge the pairs of such a file again");
  add_format_option(app, words.shown, table_json_or_markdown)->group("Results");
  add_color_option(app, words.shown)->group("Results");
}

// Which programs are compared is said in one of three ways.
void refuse_unclear(const CheckWords& words) {
  const bool named = !words.base.empty() || !words.next.empty();
  if (words.self_test && named) {
    throw UsageError("--self-test tries this program itself: name no others");
  }
  if (!words.replay.empty() && (named || words.self_test)) {
    throw UsageError("--replay runs nothing: name no programs");
  }
  if (words.replay.empty() && !words.self_test && words.next.empty()) {
    throw UsageError("check needs two programs, BASE and NEW");
  }
}

// The benchmarks of other programs know no models, workloads, sizes or places.
void refuse_senseless(const CLI::App& app, const CheckWords& words) {
  if (!words.google_benchmark) {
    if (app.count("--filter")) throw UsageError("--filter selects benchmarks of --gbench");
    return;
  }
  for (const char* option :
       {"--model", "--workload", "--set", "--preset", "--cores", "--cpus", "--layout",
        "--core-kind", "--oversubscribe", "--self-test", "--slow-down", "--replay"}) {
    if (app.count(option)) {
      throw UsageError(fmt::format("{} means nothing with --gbench", option));
    }
  }
}

Experiment selection(const CheckWords& words) {
  Experiment experiment;
  experiment.preset = find_preset(words.preset);
  // The self-test's default: two cells whose iterations are short enough to add a few percent.
  const Words models = words.self_test ? Words{"pool", "threads"} : basic_models();
  const Words workloads = words.self_test ? Words{"spawn"} : basic_workloads();
  SelectionWords what = words.what;
  if (words.self_test && what.workloads.empty() && what.sets.empty()) what.sets = {"spawn.n=10"};
  select(experiment, what, models, workloads);
  for (const std::string& model : experiment.models) {
    if (is_program(model)) {
      throw UsageError(fmt::format("--model={}: name such programs as BASE and NEW", model));
    }
  }
  experiment.cores =
      words.where.cores.empty() ? experiment.preset.cores : parse_cores(words.where.cores);
  experiment.placement = placement_request(words.where);
  experiment.preset.timeout_s = parse_timeout(words.timeout, experiment.preset.timeout_s);
  return experiment;
}

CheckRequest to_request(const CheckWords& words, Words argv) {
  refuse_unclear(words);
  CheckRequest request{.base = words.base,
                       .next = words.next,
                       .argv = std::move(argv),
                       .selection = selection(words)};
  Experiment& selected = request.selection;
  if (!words.budget.empty()) {
    selected.budget_s = parse_number("--budget", words.budget, budget_range.low, budget_range.high);
  }
  selected.seed = words.seed.empty()
                      ? std::random_device{}()
                      : parse_number<std::uint64_t>("--seed", words.seed, 0, INT64_MAX);
  request.out = words.out;
  request.format = parse_format(words.shown, table_json_or_markdown);
  request.color = parse_color(words.shown);
  request.cell_budget_s = parse_number<double>("--cell-budget", words.cell_budget, 0.1, 1e6);
  if (!words.min_effect.empty()) {
    request.min_effect = parse_number<double>("--min-effect", words.min_effect, 0, 1'000) / 100;
  }
  request.strict = words.strict;
  request.self_test = words.self_test;
  request.google_benchmark = words.google_benchmark;
  request.filter = words.filter;
  request.slow_down = parse_number<double>("--slow-down", words.slow_down, 0.1, 1'000) / 100;
  request.replay = words.replay;
  return request;
}

Finish bind_check(CLI::App& app) {
  const auto words = std::make_shared<CheckWords>();
  add_check_options(app, *words);
  return [words, &app](const Words& arguments) {
    refuse_senseless(app, *words);
    return to_request(*words, arguments);
  };
}

}  // namespace

const CommandLine check_command{
    "check", "whether NEW is slower than BASE: two programs, interleaved on this machine",
    "Exit codes: 0 no regression, 1 regression, 2 usage or input error, 3 a cell failed or is\n"
    "missing (with --strict: or inconclusive), 4 not written, 5 incomparable or impossible.\n"
    "Examples:\n"
    "  concbench check build/base/concbench build/new/concbench --model=pool,fibers\n"
    "  concbench check ./runner-1.0 ./runner-1.1 --workload=ping_pong --cell-budget=20\n"
    "  concbench check --gbench ./old_bench ./new_bench --filter='BM_Parse.*'\n"
    "  concbench check --self-test\n"
    "  concbench check --replay=check.json --min-effect=1",
    bind_check};

}  // namespace concbench::options
