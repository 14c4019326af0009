#include "cli/help/command_help.hpp"

#include <sstream>

namespace concbench {

std::vector<std::string> examples_of(const CommandHelp& command) {
  std::vector<std::string> examples;
  std::istringstream lines(command.notes);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ") && line.find_first_not_of(' ') == 2)
      examples.push_back(line.substr(2));
  }
  return examples;
}

}  // namespace concbench
