// concbench sweep
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

const Choices<Engine> engines = {{"local", Engine::local}, {"slurm", Engine::slurm}};

Finish bind_sweep(CLI::App& app) {
  struct SweepWords {
    SweepRequest request;
    std::string engine = "local";
  };
  const auto words = std::make_shared<SweepWords>();
  SweepRequest& request = words->request;
  app.add_option("plan", request.plan, "a file that says what to run where, PLAN.toml")
      ->type_name(kinds::file)
      ->required();
  app.add_option("--engine", words->engine, "here, one task after another, or on Slurm's nodes")
      ->type_name(barred(engines))
      ->capture_default_str();
  app.add_option("--out", request.out, "the folder of its results; PLAN-results if not named")
      ->type_name(kinds::file);
  app.add_flag("--wait", request.wait, "with Slurm: until all tasks have ended");
  app.add_flag("--dry-run", request.dry_run, "show the batch scripts, and run nothing");
  return [words](const Words&) {
    words->request.engine = parse_word("--engine", words->engine, engines);
    return words->request;
  };
}

}  // namespace

const CommandLine sweep_command{
    "sweep", "measure on many machines: a plan's selections on each node, by Slurm or here",
    "The same command again runs what failed or is missing.\n"
    "Examples:\n"
    "  concbench sweep docs/examples/sweep.toml\n"
    "  concbench sweep plan.toml --engine=slurm --dry-run\n"
    "  concbench sweep plan.toml --engine=slurm --wait --out nodes",
    bind_sweep};

}  // namespace concbench::options
