#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "build_info.hpp"
#include "cli/errors.hpp"
#include "cli/options/command.hpp"
#include "cli/suggest.hpp"

namespace concbench {
namespace {

using namespace options;

// In the order in which --help lists them.
constexpr const CommandLine* commands[] = {
    &run_command,      //
    &list_command,     //
    &topo_command,     //
    &doctor_command,   //
    &check_command,    //
    &compare_command,  //
    &claims_command,   //
    &report_command,   //
    &export_command,   //
    &history_command,  //
    &worker_command,   //
    &load_command,     //
};

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
  return fmt::format("'{}' is not known here{}", word,
                     did_you_mean(word.substr(0, word.find('=')), options));
}

}  // namespace

Command parse_command_line(const Words& arguments) {
  refuse_empty_values(arguments);
  CLI::App app{
      "concbench measures concurrency models on this machine: processes, threads, a pool, "
      "fibers, coroutines and goroutines run the same verified work.",
      "concbench"};
  app.footer(
      "Exit codes: 0 all measured or skipped with a reason, 2 usage or input error, 3 some "
      "cells failed,\n4 results not written, 5 impossible on this machine, 128+n ended by "
      "signal n.\nconcbench COMMAND --help says more and gives examples.");
  app.set_version_flag("--version",
                       fmt::format("concbench {} ({})", build_info::version, build_info::commit));

  std::map<const CLI::App*, Finish> finishes;
  for (const CommandLine* command : commands) {
    CLI::App* sub = app.add_subcommand(command->name, command->summary);
    sub->footer(command->examples);
    finishes[sub] = command->bind(*sub);
  }
  app.require_subcommand(1);
  try {
    app.parse(Words(arguments.rbegin(), arguments.rend()));  // CLI11 takes them in reverse
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return Text{chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::CallForVersion& version) {
    return Text{std::string(version.what()) + "\n"};
  } catch (const CLI::ExtrasError& error) {
    const auto chosen = app.get_subcommands();
    const Words extras = app.remaining(true);
    if (extras.empty()) throw UsageError(error.what());
    throw UsageError(unexpected(chosen.empty() ? app : *chosen.front(), extras.front()));
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
