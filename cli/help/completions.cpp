#include "cli/help/completions.hpp"

#include <algorithm>

#include "cli/help/completions/shells.hpp"

namespace concbench {
namespace {

void walk_from(const CommandHelp& command, const std::string& path, const Visit& visit) {
  visit(path, command);
  for (const CommandHelp& sub : command.commands) walk_from(sub, path + '/' + sub.name, visit);
}

}  // namespace

void walk(const CommandHelp& program, const Visit& visit) { walk_from(program, "", visit); }

std::string filled(std::string script, Replacements replacements) {
  for (const auto& [name, text] : replacements) {
    for (std::size_t at = 0; (at = script.find(name, at)) != script.npos; at += text.size()) {
      script.replace(at, name.size(), text);
    }
  }
  return script;
}

std::string function_name(const CommandHelp& program, std::string path) {
  std::ranges::replace(path, '/', '_');
  std::ranges::replace(path, '-', '_');
  return '_' + program.name + path;
}

std::string single_quoted(const std::string& text, const std::string& escaped) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? escaped : std::string(1, c);
  return out + '\'';
}

std::string brief(const std::string& help) {
  std::string line = help.substr(0, std::min(help.find('\n'), help.size()));
  return line.substr(0, std::min(line.find("; "), line.size()));
}

std::string completions(Shell shell, const CommandHelp& program) {
  switch (shell) {
    case Shell::bash: return bash_completions(program);
    case Shell::zsh: return zsh_completions(program);
    case Shell::fish: break;
  }
  return fish_completions(program);
}

}  // namespace concbench
