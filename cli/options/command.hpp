// A command of the command line: its name, its help, and how its words become a request. CLI11
// finds the words of a command line; the functions of words.hpp judge them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/options/request.hpp"
#include "cli/options/words.hpp"

namespace concbench::options {

// Turns what has been parsed into a request. `arguments` are those after the command's name.
using Finish = std::function<Command(const Words& arguments)>;

struct CommandLine {
  const char* name;
  const char* summary;
  const char* examples;  // the end of its --help
  // Adds the command's options. What they are bound to lives as long as the function returned.
  Finish (*bind)(CLI::App& app);
};

// One file each, in this folder.
extern const CommandLine run_command;
extern const CommandLine list_command;
extern const CommandLine topo_command;
extern const CommandLine doctor_command;
extern const CommandLine sweep_command;
extern const CommandLine gather_command;
extern const CommandLine check_command;
extern const CommandLine compare_command;
extern const CommandLine conform_command;
extern const CommandLine claims_command;
extern const CommandLine report_command;
extern const CommandLine export_command;
extern const CommandLine history_command;
extern const CommandLine explain_command;
extern const CommandLine completions_command;
extern const CommandLine man_command;
extern const CommandLine worker_command;
extern const CommandLine load_command;

}  // namespace concbench::options
