// concbench gather
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

Finish bind_gather(CLI::App& app) {
  struct GatherWords {
    GatherRequest request;
    OutputWords shown;
  };
  const auto words = std::make_shared<GatherWords>();
  app.add_option("folder", words->request.folder, "the folder of a sweep")
      ->type_name(kinds::file)
      ->required();
  app.add_option("-o,--out", words->request.out,
                 "write all results to this file; '-' for stdout, in place of the table")
      ->type_name(kinds::file);
  add_color_option(app, words->shown);
  return [words](const Words&) {
    words->request.color = parse_color(words->shown);
    return words->request;
  };
}

}  // namespace

const CommandLine gather_command{"gather",
                                 "bring the results of a sweep together, and tell what is missing",
                                 "It may be done while tasks run, and again.\n"
                                 "Examples:\n"
                                 "  concbench gather sweep-results\n"
                                 "  concbench gather sweep-results -o all.json",
                                 bind_gather};

}  // namespace concbench::options
