// concbench history
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct HistoryWords {
  HistoryRequest request;
  std::string id;
  OutputWords shown;
};
using Action = HistoryRequest::Action;

Finish bind_history(CLI::App& app) {
  const auto words = std::make_shared<HistoryWords>();
  HistoryRequest& request = words->request;
  app.require_subcommand(1);
  const auto action = [&](const char* name, const char* summary, Action which) {
    CLI::App* sub = app.add_subcommand(name, summary);
    sub->add_option("--file", request.file, "the history")
        ->type_name(kinds::file)
        ->capture_default_str();
    sub->callback([words, which] { words->request.action = which; });
    return sub;
  };
  const auto with_format = [&](CLI::App* sub) {
    add_format_option(*sub, words->shown, table_or_json);
    add_color_option(*sub, words->shown);
    return sub;
  };
  const auto with_cell = [&](CLI::App* sub) {
    sub->add_option("--cell", request.cell, "only cells with this in their name")
        ->type_name(kinds::text);
    return sub;
  };
  action("add", "store results; one that is already there is not stored twice", Action::add)
      ->add_option("RESULT.json", request.results, "result files")
      ->type_name(kinds::file)
      ->required();
  with_format(action("list", "the results that are stored", Action::list));
  with_format(action("show", "the cells of one result", Action::show))
      ->add_option("ID", words->id, "as list names it")
      ->type_name(kinds::number)
      ->required();
  with_cell(with_format(
      action("trend", "each cell on each machine over time, changes marked", Action::trend)));
  with_cell(action("plot", "the same as a picture", Action::plot))
      ->add_option("-o,--out", request.out, "an .svg file")
      ->type_name(kinds::file)
      ->required();
  return [words](const Words&) {
    HistoryRequest finished = words->request;
    finished.format = parse_format(words->shown, table_or_json);
    finished.color = parse_color(words->shown);
    if (!words->id.empty()) {
      finished.id = parse_number<std::int64_t>("ID", words->id, 1, INT64_MAX);
    }
    return finished;
  };
}

}  // namespace

const CommandLine history_command{
    "history", "results kept over time in one file: add, list, show, trend, plot",
    "Examples:\n"
    "  concbench history add r.json\n"
    "  concbench history list --format=json\n"
    "  concbench history trend --cell=fibers/spawn\n"
    "  concbench history plot --cell=ping_pong --out trend.svg\n"
    "Trends inform. For a verdict on a change: concbench check BASE NEW",
    bind_history};

}  // namespace concbench::options
