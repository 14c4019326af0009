#include "cli/help/command_help.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "cli/exit_codes.hpp"
#include "cli/options/command_line.hpp"
#include "tests/paths.hpp"

namespace concbench {
namespace {

void each_command(const CommandHelp& command,
                  const std::function<void(const CommandHelp&)>& visit) {
  visit(command);
  for (const CommandHelp& sub : command.commands) each_command(sub, visit);
}

// The words of the concbench in an example, as a shell would pass them on.
std::vector<std::string> arguments_in(const std::string& example) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : example) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && std::string_view(" |>()").find(c) != std::string_view::npos) {
      if (!words.back().empty()) words.emplace_back();
      if (c != ' ') words.emplace_back(1, c), words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  const auto begin = std::find(words.begin(), words.end(), "concbench");
  if (begin == words.end()) return {};
  const auto end = std::find_if(begin, words.end(), [](const std::string& word) {
    return word.empty() || word == "&&" || word == "|" || word == ">" || word == ")";
  });
  return {begin + 1, end};
}

TEST(CommandHelp, HasExamplesThatParse) {
  std::filesystem::current_path(in_source(""));  // where files lie that examples name
  each_command(program_help().program, [](const CommandHelp& command) {
    for (const std::string& example : examples_of(command)) {
      const std::vector<std::string> arguments = arguments_in(example);
      EXPECT_FALSE(arguments.empty()) << example;
      EXPECT_NO_THROW(parse_command_line(arguments)) << example;
    }
  });
}

TEST(CommandHelp, GivesAnExampleOfEveryCommand) {
  const ProgramHelp help = program_help();
  EXPECT_FALSE(examples_of(help.program).empty());
  for (const CommandHelp& command : help.program.commands) {
    EXPECT_FALSE(examples_of(command).empty()) << command.name;
  }
}

TEST(CommandHelp, SaysOfEveryOptionWhatItIsAndWhatItTakes) {
  each_command(program_help().program, [](const CommandHelp& command) {
    EXPECT_FALSE(command.summary.empty()) << command.name;
    for (const OptionHelp& option : command.options) {
      EXPECT_FALSE(option.help.empty()) << command.name << ' ' << option.names.front();
      EXPECT_EQ(option.values.list && option.values.words.empty(), false);
    }
  });
}

TEST(CommandHelp, OffersOnlyValuesThatAreUnderstood) {
  for (const CommandHelp& command : program_help().program.commands) {
    if (command.name != "run") continue;
    for (const OptionHelp& option : command.options) {
      for (const auto& [word, about] : option.values.words) {
        if (word.ends_with('=')) continue;  // only a beginning
        const std::string typed = option.names.front() + '=' + word;
        EXPECT_NO_THROW(parse_command_line({"run", typed})) << typed;
      }
    }
  }
}

}  // namespace
}  // namespace concbench
