// concbench explain
#include <fmt/ranges.h>

#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

Finish bind_explain(CLI::App& app) {
  const auto words = std::make_shared<Words>();
  app.add_option("TOPIC", *words,
                 "the name of a model, a workload or a measure; without one, all are listed")
      ->type_name(kinds::topic);
  return
      [words](const Words&) { return ExplainRequest{fmt::format("{}", fmt::join(*words, " "))}; };
}

}  // namespace

const CommandLine explain_command{"explain",
                                  "what a model, a workload or a number is, in plain words",
                                  "Examples:\n"
                                  "  concbench explain\n"
                                  "  concbench explain fibers\n"
                                  "  concbench explain \"CPU/wall\"",
                                  bind_explain};

}  // namespace concbench::options
