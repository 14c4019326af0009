// What the command line understands, as plain data: what --help says is for people, this for what
// is generated of it (completions of shells, the manual page).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace concbench {

// What an option takes.
struct Values {
  struct Word {
    std::string word, about;
  };
  std::string name;              // as --help calls them: "FILE", "table|json"; "" for a flag
  std::vector<Word> words = {};  // to choose from; one that ends in '=' is only a beginning
  bool list = false;             // several, separated by commas
  bool files = false;
};

struct OptionHelp {
  std::vector<std::string> names = {};  // "--out", "-o"; of a positional argument its one name
  std::string help = {}, group = {};
  std::string preset = {};  // what holds when nothing is said; "" where --help names nothing
  bool positional = false, required = false, repeated = false;
  Values values = {};

  bool flag() const { return values.name.empty(); }
};

struct CommandHelp {
  std::string name, summary, group;
  std::vector<OptionHelp> options = {};
  std::string notes = {};  // the end of its --help: sentences, and examples indented by two blanks
  std::vector<CommandHelp> commands = {};
};

// Of the whole program: its commands, and what holds for all of them.
struct ProgramHelp {
  CommandHelp program;
  std::string version;
  std::vector<std::pair<std::string, std::string>> exit_codes,
      environment;  // each with its meaning
};

// Those of its notes: "concbench run --model=pool".
std::vector<std::string> examples_of(const CommandHelp& command);

}  // namespace concbench
