// concbench report
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

Finish bind_report(CLI::App& app) {
  const auto request = std::make_shared<ReportRequest>();
  app.add_option(
         "results", request->results,
         "result files, of which the first is the one to compare with; what concbench gather "
         "wrote; and what concbench claims --format=json printed")
      ->type_name(kinds::file)
      ->required();
  app.add_option("--base", request->base,
                 "compare with the result of this name: a file, or a task of a gathered sweep")
      ->type_name(kinds::text);
  app.add_option("-o,--out", request->out, "write the page to this file; '-' for stdout")
      ->type_name(kinds::file)
      ->capture_default_str();
  return [request](const Words&) { return *request; };
}

}  // namespace

const CommandLine report_command{"report", "one HTML page with charts that works without a network",
                                 "Examples:\n"
                                 "  concbench report r.json\n"
                                 "  concbench report before.json after.json -o compared.html\n"
                                 "  concbench report all.json --base=big-0 -o nodes.html",
                                 bind_report};

}  // namespace concbench::options
