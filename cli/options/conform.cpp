// concbench conform
#include <memory>

#include "cli/harness/presets.hpp"
#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/selection.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct ConformWords {
  Words program, workloads;
  std::string timeout;
  OutputWords shown;
};

// One word may be "[NAME=]exec:PATH ARG…", as --model takes it.
ProgramToken program_of(const Words& words) {
  if (words.empty()) throw UsageError("conform needs a program: concbench conform PROGRAM ARG…");
  if (words.size() == 1 && is_program(words.front())) return parse_program(words.front());
  return {.name = "", .command = words};
}

Finish bind_conform(CLI::App& app) {
  const auto words = std::make_shared<ConformWords>();
  app.add_option("PROGRAM", words->program,
                 "the program and its arguments, behind -- where these begin with a dash")
      ->type_name(kinds::program);
  app.add_option("--workload", words->workloads,
                 "of the workloads that it offers, only these, separated by commas")
      ->allow_extra_args(false)
      ->type_name(kinds::workloads);
  app.add_option("--timeout", words->timeout, "how long one process may take")
      ->type_name(kinds::seconds);
  add_format_option(app, words->shown, table_or_json);
  add_color_option(app, words->shown);
  app.allow_extras();
  return [words, &app](const Words&) {
    Words extras = app.remaining();
    std::erase(extras, "--");
    if (!extras.empty()) {
      throw UsageError(
          fmt::format("conform has no option {}; arguments of the program stand behind --: "
                      "concbench conform -- PROGRAM ARG…",
                      extras.front()));
    }
    return ConformRequest{.program = program_of(words->program),
                          .workloads = parse_workloads(words->workloads),
                          .timeout_s = parse_timeout(words->timeout, default_timeout_s),
                          .format = parse_format(words->shown, table_or_json),
                          .color = parse_color(words->shown)};
  };
}

}  // namespace

const CommandLine conform_command{
    "conform", "whether a program keeps the worker protocol, promise by promise",
    "Exit codes: 0 all held, 3 a promise was broken, 5 the program cannot be started.\n"
    "Examples:\n"
    "  concbench conform ./my-worker\n"
    "  concbench conform --workload=fib,spawn -- java -jar worker.jar --quiet\n"
    "  concbench conform ./my-worker --format=json",
    bind_conform};

}  // namespace concbench::options
