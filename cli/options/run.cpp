// concbench run
#include <memory>
#include <random>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/placement.hpp"
#include "cli/options/selection.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct RunWords {
  SelectionWords what;
  PlacementWords where;
  std::string preset = "quick", processes, repetitions, min_time, timeout, budget, seed;
  std::string out, resume;
  OutputWords shown;
  bool resume_anywhere = false, dry_run = false, live = false;
};

void add_run_options(CLI::App& app, RunWords& words) {
  add_selection_options(app, words.what);
  app.add_option("--preset", words.preset,
                 "quick, ci, full or paper: sizes, and how long to measure; or a file, NAME.toml")
      ->type_name(kinds::preset)
      ->group("What")
      ->capture_default_str();
  add_placement_options(app, words.where);
  const auto option = [&](const char* name, std::string& into, const char* kind, const char* help) {
    app.add_option(name, into, help)->type_name(kind)->group("How long");
  };
  option("--processes", words.processes, kinds::number, "processes of each cell");
  option("--repetitions", words.repetitions, kinds::number, "samples in each process");
  option("--min-time", words.min_time, kinds::seconds, "the least time that a sample lasts");
  option("--timeout", words.timeout, kinds::seconds, "how long one process may take");
  option("--budget", words.budget, kinds::seconds,
         "for everything: fewer samples first, then fewer cells");
  option("--seed", words.seed, kinds::number, "seed of the order in which cells are run");
  const auto result = "Results";
  app.add_option("--out", words.out, "write the result to this file; '-' for stdout")
      ->type_name(kinds::file)
      ->group(result);
  app.add_option("--resume", words.resume, "finish the run of this result file")
      ->type_name(kinds::file)
      ->group(result);
  app.add_flag("--resume-anywhere", words.resume_anywhere,
               "also finish what was begun on another host of the same hardware")
      ->group(result);
  app.add_flag("--dry-run", words.dry_run, "show what would be run, and for how long")
      ->group(result);
  app.add_flag("--live", words.live, "show on the terminal what is known so far, as a table")
      ->group(result);
  add_format_option(app, words.shown, all_formats)->group(result);
  add_color_option(app, words.shown)->group(result);
}

RunRequest to_request(const RunWords& words, Words argv) {
  RunRequest request;
  request.argv = std::move(argv);
  Experiment& experiment = request.experiment;
  experiment.preset = find_preset(words.preset);
  select(experiment, words.what, basic_models(), basic_workloads());
  experiment.cores =
      words.where.cores.empty() ? experiment.preset.cores : parse_cores(words.where.cores);
  experiment.placement = placement_request(words.where);
  const auto number = [](const char* option, const std::string& text, auto range, auto& into) {
    if (!text.empty()) into = parse_number(option, text, range.low, range.high);
  };
  number("--processes", words.processes, processes_range, experiment.preset.processes);
  number("--repetitions", words.repetitions, repetitions_range, experiment.preset.repetitions);
  number("--min-time", words.min_time, min_time_range, experiment.preset.min_time_s);
  experiment.preset.timeout_s = parse_timeout(words.timeout, experiment.preset.timeout_s);
  experiment.budget_s = experiment.preset.budget_s;
  number("--budget", words.budget, budget_range, experiment.budget_s);
  experiment.seed = words.seed.empty()
                        ? std::random_device{}()
                        : parse_number<std::uint64_t>("--seed", words.seed, 0, INT64_MAX);
  request.out = words.out;
  request.resume = words.resume;
  request.resume_anywhere = words.resume_anywhere;
  if (request.resume_anywhere && request.resume.empty()) {
    throw UsageError("--resume-anywhere says how to --resume a result, and none is named");
  }
  request.dry_run = words.dry_run;
  request.live = words.live;
  request.format = parse_format(words.shown, all_formats);
  request.color = parse_color(words.shown);
  return request;
}

Finish bind_run(CLI::App& app) {
  const auto words = std::make_shared<RunWords>();
  add_run_options(app, *words);
  return [words](const Words& arguments) { return to_request(*words, arguments); };
}

}  // namespace

const CommandLine run_command{
    "run", "measure cells: models × workloads on chosen cores",
    "Examples:\n"
    "  concbench run\n"
    "  concbench run --model=fibers --cores=2 --out r.json\n"
    "  concbench run --model=all --workload=fib --set fib.n=12,27 --cores=1,2\n"
    "  concbench run --preset=docs/examples/preset.toml --dry-run\n"
    "  concbench run --model=threads,threads:wait=condvar --workload=ping_pong",
    bind_run};

}  // namespace concbench::options
