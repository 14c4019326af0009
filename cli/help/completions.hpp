// Scripts by which shells complete the command line. They hold every name that there is and start
// no program, so that completing is instant.
#pragma once

#include <string>

#include "cli/help/command_help.hpp"

namespace concbench {

enum class Shell { bash, zsh, fish };

std::string completions(Shell shell, const CommandHelp& program);

}  // namespace concbench
