#include "cli/options/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "build_info.hpp"
#include "cli/exit_codes.hpp"
#include "cli/options/command.hpp"
#include "cli/options/describe.hpp"
#include "cli/suggest.hpp"

namespace concbench {
namespace {

using namespace options;

// In the order in which --help lists them, by what they are for.
constexpr std::pair<const char*, const CommandLine*> commands[] = {
    {"Measure", &run_command},      //
    {"Measure", &claims_command},   //
    {"Measure", &worker_command},   //
    {"Measure", &conform_command},  //
    {"Fleet", &sweep_command},      //
    {"Fleet", &gather_command},     //
    {"Compare", &check_command},    //
    {"Compare", &compare_command},  //
    {"Compare", &history_command},  //
    {"Read", &report_command},      //
    {"Read", &export_command},      //
    {"Machine", &doctor_command},   //
    {"Machine", &topo_command},     //
    {"Machine", &list_command},     //
    {"Help", &explain_command},     //
    {"Help", &completions_command},
    {"Help", &man_command},
    {"", &load_command},  // a part of the machinery, which --help does not list
};

using Meanings = std::vector<std::pair<std::string, std::string>>;

Meanings exit_codes() {
  return {{"0", "everything was measured, or skipped with its reason; no regression"},
          {"1", "check found a regression, or compare --gate suspects one"},
          {"2", "usage or input error"},
          {"3", "some cells failed, crashed or timed out; the rest is written"},
          {"4", "results could not be written"},
          {"5", "this machine or this build cannot do what was asked"},
          {"128+n", "ended by signal n; what was finished is kept"}};
}

Meanings environment_variables() {
  return {{"NO_COLOR",
           "where it is set to anything, a terminal gets no colours unless "
           "--color=always asks for them"},
          {"COLUMNS", "how wide tables may be; if unset, the terminal's own width"},
          {"LC_ALL, LC_CTYPE, LANG", "where the locale is not UTF-8, output is ASCII"}};
}

std::string footer() {
  std::string text =
      "Examples:\n"
      "  concbench run --model=fibers,threads --workload=ping_pong --out r.json\n"
      "  concbench report r.json -o report.html\n"
      "  concbench check build/old/concbench build/new/concbench\n"
      "Exit codes:\n";
  for (const auto& [code, meaning] : exit_codes())
    text += fmt::format("{:>8}  {}\n", code, meaning);
  return text + "concbench COMMAND --help says more and gives examples.";
}

// An option without its value would swallow the next word.
void refuse_empty_values(const Words& arguments) {
  for (const std::string& word : arguments) {
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1) {
      throw UsageError(word + " needs a value");
    }
  }
}

// CLI11 says only which word it did not expect; the nearest option is most likely what was meant.
std::string unexpected(const CLI::App& app, const std::string& word) {
  Words options;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) options.push_back(command->get_name());
  }
  return fmt::format("'{}' is not recognised{}", word,
                     did_you_mean(word.substr(0, word.find('=')), options));
}

// The command that was typed, or the one of its own commands that was.
const CLI::App& chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : chosen(*commands.front());
}

// From 2.5 on CLI11 breaks lines itself; here the terminal's width is known later.
template <class Formatter>
void keep_lines_whole(Formatter& formatter) {
  if constexpr (requires { formatter.enable_footer_formatting(false); }) {
    formatter.enable_footer_formatting(false);
    formatter.enable_description_formatting(false);
    formatter.right_column_width(1'000);
  }
}

// The definition of the whole command line: commands are added to `app`, and what they do with what
// was parsed is returned.
std::map<const CLI::App*, Finish> define(CLI::App& app) {
  app.name("concbench");
  keep_lines_whole(*app.get_formatter());
  app.description(
      "concbench measures concurrency models on this machine: processes, threads, a pool, "
      "fibers, coroutines and goroutines run the same verified work.");
  app.footer(footer());
  app.set_version_flag("--version",
                       fmt::format("concbench {} ({})", build_info::version, build_info::commit));
  std::map<const CLI::App*, Finish> finishes;
  for (const auto& [group, command] : commands) {
    CLI::App* sub = app.add_subcommand(command->name, command->summary);
    sub->group(group)->footer(command->examples);
    finishes[sub] = command->bind(*sub);
  }
  app.require_subcommand(1);
  return finishes;
}

}  // namespace

ProgramHelp program_help() {
  CLI::App app;
  const auto finishes = define(app);  // what its options are bound to
  return {.program = describe(app),
          .version = build_info::version,
          .exit_codes = exit_codes(),
          .environment = environment_variables()};
}

Command parse_command_line(const Words& arguments) {
  refuse_empty_values(arguments);
  CLI::App app;
  const std::map<const CLI::App*, Finish> finishes = define(app);
  try {
    app.parse(Words(arguments.rbegin(), arguments.rend()));  // CLI11 takes them in reverse
  } catch (const CLI::CallForHelp&) {
    return Text{chosen(app).help()};
  } catch (const CLI::CallForVersion& version) {
    return Text{std::string(version.what()) + "\n"};
  } catch (const CLI::ExtrasError& error) {
    const Words extras = app.remaining(true);
    if (extras.empty()) throw UsageError(error.what());
    throw UsageError(unexpected(chosen(app), extras.front()));
  } catch (const CLI::RequiredError& error) {
    if (!app.get_subcommands().empty()) throw UsageError(error.what());
    const auto word = std::ranges::find_if(arguments, [](const auto& w) { return w[0] != '-'; });
    if (word != arguments.end()) throw UsageError(unexpected(app, *word));
    throw UsageError("a command is missing; see concbench --help");
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }

  const Finish& finish = finishes.at(app.get_subcommands().front());
  return finish(Words(arguments.begin() + 1, arguments.end()));
}

RunRequest parse_run(const Words& arguments) {
  Words all{"run"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return std::get<RunRequest>(parse_command_line(all));
}

}  // namespace concbench
