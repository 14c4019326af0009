#include "cli/help/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace concbench {
namespace {

// Text that roff shows as it is: hyphens that can be copied, no escapes, and nothing at the
// beginning of a line that would be a request.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string term(const std::string& what, const std::string& meaning) {
  return fmt::format(".TP\n{}\n{}\n", what, roff(meaning));
}

std::string example(const std::string& line) {
  return fmt::format(".nf\n.RS\n{}\n.RE\n.fi\n", roff(line));
}

std::string option_term(const OptionHelp& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  }
  if (option.positional) return names + (option.repeated ? " ..." : "");
  return option.flag() ? names : fmt::format("{}=\\fI{}\\fR", names, roff(option.values.name));
}

std::string option_text(const OptionHelp& option) {
  std::string text = option.help;
  if (option.repeated && !option.positional) text += "; may be repeated";
  if (!option.preset.empty() && option.preset != "[]") {
    text += fmt::format("; {} if left out", option.preset);
  } else if (option.required && !option.positional) {
    text += "; required";
  }
  return text;
}

std::string options_text(const CommandHelp& command) {
  std::string text;
  for (const OptionHelp& option : command.options) {
    // Lines of a help are items of their own.
    std::istringstream lines(option_text(option));
    std::string line;
    std::getline(lines, line);
    text += term(option_term(option), line);
    while (std::getline(lines, line)) text += fmt::format(".br\n{}\n", roff(line));
  }
  return text;
}

// Sentences are filled; what is indented is an example.
std::string notes_text(const std::string& notes) {
  std::string text;
  std::istringstream lines(notes);
  bool begins = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      text += ".PP\n";
      text += example(line.substr(2));
      begins = true;
      continue;
    }
    if (begins) text += ".PP\n";
    text += roff(line) + '\n';
    begins = false;
  }
  return text;
}

std::string synopsis(const std::string& path, const CommandHelp& command) {
  std::string text = fmt::format("\\fB{}\\fR", roff(path));
  const bool has_options = std::ranges::any_of(
      command.options, [](const OptionHelp& option) { return !option.positional; });
  if (has_options) text += " [\\fIOPTION\\fR]...";
  for (const OptionHelp& option : command.options) {
    if (!option.positional) continue;
    const std::string name =
        fmt::format("\\fI{}\\fR{}", roff(option.names.front()), option.repeated ? "..." : "");
    text += option.required ? ' ' + name : fmt::format(" [{}]", name);
  }
  if (!command.commands.empty()) text += " \\fICOMMAND\\fR";
  return text;
}

// A command, and then those of its own.
std::string command_text(const std::string& path, const CommandHelp& command) {
  std::string text = fmt::format(".SS {}\n{}\n.PP\n{}.\n", roff(path), synopsis(path, command),
                                 roff(command.summary));
  text += options_text(command) + notes_text(command.notes);
  for (const CommandHelp& sub : command.commands) {
    text += command_text(path + ' ' + sub.name, sub);
  }
  return text;
}

std::string overview(const CommandHelp& program) {
  std::string text, group;
  for (const CommandHelp& command : program.commands) {
    if (group != command.group) {
      group = command.group;
      text += fmt::format(".PP\n{}\n", group);
    }
    text += term(fmt::format("\\fB{}\\fR", roff(command.name)), command.summary);
  }
  return text;
}

}  // namespace

std::string man_page(const ProgramHelp& help) {
  const CommandHelp& program = help.program;
  std::string text = fmt::format(".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n", upper(program.name),
                                 program.name, help.version);
  text +=
      fmt::format(".SH NAME\n{} \\- compare concurrency models on this machine\n", program.name);
  text += fmt::format(".SH SYNOPSIS\n{}\n", synopsis(program.name, program));
  text += fmt::format(".SH DESCRIPTION\n{}\n{}", roff(program.summary), overview(program));
  text += ".SH OPTIONS\n" + options_text(program);
  text += ".SH COMMANDS\n";
  for (const CommandHelp& command : program.commands) {
    text += command_text(program.name + ' ' + command.name, command);
  }
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : help.exit_codes) text += term(code, meaning);
  text += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] : help.environment) {
    text += term(fmt::format("\\fB{}\\fR", name), meaning);
  }
  text += ".SH EXAMPLES\n";
  std::string_view between;
  for (const std::string& line : examples_of(program)) {
    text += between;
    text += example(line);
    between = ".PP\n";
  }
  return text;
}

}  // namespace concbench
