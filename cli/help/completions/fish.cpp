// For fish 3.0 or later.
#include <fmt/ranges.h>

#include "cli/help/completions/shells.hpp"

namespace concbench {
namespace {

constexpr const char* fish_head =
    R"fish(# Completes @name@ in fish; made by `@name@ completions fish`.

# Whether the commands typed so far are these.
function _@function@_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        switch "$path/$word"
            case @paths@
                set path "$path/$word"
        end
    end
    test "$path" = "$argv[1]"
end

# What can follow the last comma of a list: all that a function offers, behind what is there already.
function @function@_list
    set -l before (commandline -ct | string replace -r -- '^-[^=]*=' '' | string replace -r -- '[^,]*$' '')
    $argv[1] | string replace -r -- '^' "$before"
end

complete -c @name@ -f
)fish";

std::string fish_quoted(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '\\' ? "\\\\" : std::string(1, c);
  return single_quoted(escaped, "\\'");
}

std::string function_of(const CommandHelp& program, const Values& values) {
  return function_name(program, "/offer/" + values.name);
}

bool have_meanings(const Values& values) {
  return !values.words.empty() && !values.words.front().about.empty();
}

// What `complete` is told about an option's value.
std::string value_of(const CommandHelp& program, const Values& values) {
  const char* files = values.files ? " -r -F" : " -x";
  if (values.words.empty()) return files;
  std::string offered;
  if (have_meanings(values)) {
    const std::string function = function_of(program, values);
    offered = values.list ? fmt::format("({} {})", function_name(program, "/list"), function)
                          : fmt::format("({})", function);
  } else {
    for (const Values::Word& word : values.words)
      offered += (offered.empty() ? "" : " ") + word.word;
  }
  return fmt::format("{} -a {}", files, fish_quoted(offered));
}

std::string line_of(const CommandHelp& program, const std::string& at, const OptionHelp& option) {
  std::string line = at;
  if (!option.positional) {
    for (const std::string& name : option.names) {
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
  }
  if (!option.flag()) {
    line += option.positional && option.values.files ? " -F" : value_of(program, option.values);
  }
  return line + (option.positional ? "" : " -d " + fish_quoted(brief(option.help))) + '\n';
}

// A function for each kind of values whose words have meanings.
std::string functions_of_words(const CommandHelp& program) {
  std::string text;
  walk(program, [&](const std::string&, const CommandHelp& command) {
    for (const OptionHelp& option : command.options) {
      const std::string begin = "\nfunction " + function_of(program, option.values) + '\n';
      if (!have_meanings(option.values) || text.find(begin) != text.npos) continue;
      text += begin;
      text += "    printf '%s\\t%s\\n'";
      for (const auto& [word, about] : option.values.words) {
        text += fmt::format(" \\\n        {} {}", fish_quoted(word), fish_quoted(brief(about)));
      }
      text += "\nend\n";
    }
  });
  return text;
}

}  // namespace

std::string fish_completions(const CommandHelp& program) {
  std::string lines;
  std::vector<std::string> paths;
  walk(program, [&](const std::string& path, const CommandHelp& command) {
    if (!path.empty()) paths.push_back(path);
    const std::string at = fmt::format("complete -c {} -n '_{}_at \"{}\"'", program.name,
                                       function_name(program, ""), path);
    lines += '\n';
    for (const CommandHelp& sub : command.commands) {
      lines += fmt::format("{} -a {} -d {}\n", at, sub.name, fish_quoted(brief(sub.summary)));
    }
    for (const OptionHelp& option : command.options) lines += line_of(program, at, option);
  });
  return filled(fish_head, {{"@name@", program.name},
                            {"@function@", function_name(program, "")},
                            {"@paths@", fmt::format("{}", fmt::join(paths, " "))}}) +
         functions_of_words(program) + lines;
}

}  // namespace concbench
