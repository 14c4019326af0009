// concbench list
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"

namespace concbench::options {
namespace {

Finish bind(CLI::App& app) {
  const auto words = std::make_shared<OutputWords>();
  add_format_option(app, *words, table_or_json);
  add_color_option(app, *words);
  return [words](const Words&) {
    return ListRequest{parse_format(*words, table_or_json), parse_color(*words)};
  };
}

}  // namespace

const CommandLine list_command{"list", "models, workloads, and which pairs can run",
                               "Example:\n  concbench list --format=json", bind};

}  // namespace concbench::options
