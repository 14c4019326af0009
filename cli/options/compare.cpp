// concbench compare
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct CompareWords {
  std::string a, b;
  OutputWords shown;
  bool gate = false;
};

Finish bind_compare(CLI::App& app) {
  const auto words = std::make_shared<CompareWords>();
  app.add_option("A.json", words->a, "the result to compare with")
      ->type_name(kinds::file)
      ->required();
  app.add_option("B.json", words->b, "the result to be judged")->type_name(kinds::file)->required();
  add_format_option(app, words->shown, table_json_or_markdown);
  add_color_option(app, words->shown);
  app.add_flag("--gate", words->gate,
               "exit with 1 if something is suspected to be slower, with 3 if it failed");
  return [words](const Words&) {
    return CompareRequest{.a = words->a,
                          .b = words->b,
                          .format = parse_format(words->shown, table_json_or_markdown),
                          .color = parse_color(words->shown),
                          .gate = words->gate};
  };
}

}  // namespace

const CommandLine compare_command{
    "compare", "two results, measured at different times: what looks suspect (advice only)",
    "Exit codes: 0 compared, 2 usage or input error, 5 incomparable: the fields that differ are "
    "named.\n"
    "Examples:\n"
    "  concbench compare yesterday.json today.json\n"
    "  concbench compare main.json branch.json --format=markdown\n"
    "For a verdict that holds, measure both side by side: concbench check BASE NEW",
    bind_compare};

}  // namespace concbench::options
