// The manual page, in the man macros of roff.
#pragma once

#include <string>

#include "cli/help/command_help.hpp"

namespace concbench {

std::string man_page(const ProgramHelp& help);

}  // namespace concbench
