// From CLI11's definition of a command to plain data.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/help/command_help.hpp"

namespace concbench::options {

// The command with its options and commands, but for hidden ones.
CommandHelp describe(const CLI::App& app);

}  // namespace concbench::options
