// concbench list
#include <memory>

#include "cli/harness/presets.hpp"
#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/selection.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

Finish bind_list(CLI::App& app) {
  const auto words = std::make_shared<OutputWords>();
  const auto timeout = std::make_shared<std::string>();
  const auto models = std::make_shared<Words>();
  app.add_option("--model", *models, "only these, and programs of your own, as for run")
      ->allow_extra_args(false)
      ->type_name(kinds::models);
  add_format_option(app, *words, table_or_json);
  add_color_option(app, *words);
  app.add_option("--timeout", *timeout, "how long a program may take to say what it can run")
      ->type_name(kinds::seconds);
  return [words, timeout, models](const Words&) {
    return ListRequest{parse_models(*models), parse_timeout(*timeout, default_timeout_s),
                       parse_format(*words, table_or_json), parse_color(*words)};
  };
}

}  // namespace

const CommandLine list_command{"list", "models, workloads, and which pairs can run",
                               "Examples:\n"
                               "  concbench list --format=json\n"
                               "  concbench list --model=mine=exec:./my-worker,fibers",
                               bind_list};

}  // namespace concbench::options
