// The command line: words in, a checked request out. Only this and
// options/, which has a file for each command, know CLI11.
#pragma once

#include <string>
#include <vector>

#include "cli/help/command_help.hpp"
#include "cli/options/request.hpp"

namespace concbench {

// Throws UsageError naming the token that is wrong.
Command parse_command_line(const std::vector<std::string>& arguments);
// The request of `concbench run` from its arguments alone (those of a result file, to resume it).
RunRequest parse_run(const std::vector<std::string>& arguments);
// What there is to be parsed.
ProgramHelp program_help();

}  // namespace concbench
