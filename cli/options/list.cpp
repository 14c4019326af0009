// concbench list
#include <memory>

#include "cli/options/command.hpp"

namespace concbench::options {
namespace {

Finish bind(CLI::App& app) {
  const auto format = std::make_shared<std::string>("table");
  app.add_option("--format", *format, "table or json")->capture_default_str();
  return [format](const Words&) { return ListRequest{parse_table_or_json(*format)}; };
}

}  // namespace

const CommandLine list_command{"list", "models, workloads, and which pairs can run",
                               "Example:\n  concbench list --format=json", bind};

}  // namespace concbench::options
