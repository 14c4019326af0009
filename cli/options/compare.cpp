// concbench compare
#include <memory>

#include "cli/options/command.hpp"

namespace concbench::options {
namespace {

struct CompareWords {
  std::string a, b, format = "table";
  bool gate = false;
};

Finish bind(CLI::App& app) {
  const auto words = std::make_shared<CompareWords>();
  app.add_option("A.json", words->a, "the result to compare with")->required();
  app.add_option("B.json", words->b, "the result to be judged")->required();
  app.add_option("--format", words->format, "what stdout shows: table, json or markdown")
      ->capture_default_str();
  app.add_flag("--gate", words->gate,
               "exit with 1 if something is suspected to be slower, with 3 if it failed");
  return [words](const Words&) {
    return CompareRequest{
        .a = words->a,
        .b = words->b,
        .format = parse_word<Format>(
            "--format", words->format,
            {{"table", Format::table}, {"json", Format::json}, {"markdown", Format::markdown}}),
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
    bind};

}  // namespace concbench::options
