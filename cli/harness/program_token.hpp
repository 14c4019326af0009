// A program of somebody's own as a command line names it: "[NAME=]exec:PATH ARG…". Its words are
// separated by blanks; what stands in quotes, single or double, belongs to one word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace concbench {

struct ProgramToken {
  std::string name;  // of its model; "" for the one that its hello says
  std::vector<std::string> command;
};

bool is_program(std::string_view token);
// Throws UsageError for a name that no model may have, and where no program is named.
ProgramToken parse_program(std::string_view token);

// The items of a list of models, at its commas outside quotes. Throws UsageError.
std::vector<std::string> split_models(std::string_view list);

}  // namespace concbench
