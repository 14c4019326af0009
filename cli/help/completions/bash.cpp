// For bash 4.4 or later, with or without the package bash-completion.
#include <fmt/ranges.h>

#include <map>

#include "cli/help/completions/shells.hpp"

namespace concbench {
namespace {

// Bash breaks words at = and :, so that --model=threads:wait=condvar is five; this takes the line
// apart at blanks instead, and returns of each completion what bash has not passed yet ($2).
constexpr const char* script = R"bash(# Completes @name@ in bash; made by `@name@ completions bash`.
@function@() {
  local line=${COMP_LINE:0:COMP_POINT} typed=$2
  local current=${line##*[[:blank:]]}
  local -a words
  read -ra words <<<"${line%"$current"}"

  local path='' word
  for word in "${words[@]:1}"; do
    case $path/$word in
      @paths@) path+=/$word ;;
    esac
  done

  # An option that takes a value, in one word or in two.
  local option=${words[-1]} value=$current kind=words offered=''
  [[ $current == --*=* ]] && option=${current%%=*} value=${current#*=}
  case $path$option in
@values@    *)
      value=$current
      case $path,${current:0:1} in
@arguments@      esac
      ;;
  esac

  local before=''
  [[ $kind == list ]] && before=${value%"${value##*,}"}
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$offered" -- "${value#"$before"}")
  [[ $kind == list || ${COMPREPLY[0]-} == *[=:] ]] && compopt -o nospace
  if [[ $kind == files ]]; then
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$value")
    compopt -o filenames
  fi
  COMPREPLY=("${COMPREPLY[@]#"${value%"$typed"}"}")
}
complete -F @function@ @name@
)bash";

std::string words_of(const Values& values) {
  std::string words;
  for (const Values::Word& word : values.words) words += (words.empty() ? "" : " ") + word.word;
  return words;
}

// What is to be done about a word that is one of these values.
std::string action(const Values& values) {
  std::string text;
  if (values.list) text += "kind=list ";
  if (values.files) text += "kind=files ";
  const std::string words = words_of(values);
  if (!words.empty()) text += fmt::format("offered={} ", single_quoted(words));
  return text.empty() ? "return ;;" : text + ";;";
}

// The options as they are completed: with the "=" of those that take a value.
std::string options_of(const CommandHelp& command) {
  std::string words;
  for (const OptionHelp& option : command.options) {
    if (option.positional) continue;
    words += fmt::format("{}{}{}", words.empty() ? "" : " ", option.names.front(),
                         option.flag() ? "" : "=");
  }
  return words;
}

// What may come where no option's value is due: commands, or arguments, or else options.
std::string arguments_of(const CommandHelp& command) {
  Values values;
  for (const CommandHelp& sub : command.commands) values.words.push_back({sub.name, ""});
  for (const OptionHelp& option : command.options) {
    if (option.positional && values.words.empty()) values = option.values;
  }
  return values.words.empty() && !values.files
             ? fmt::format("offered={} ;;", single_quoted(options_of(command)))
             : action(values);
}

}  // namespace

std::string bash_completions(const CommandHelp& program) {
  std::string arguments;
  std::vector<std::string> paths;
  std::map<std::string, std::vector<std::string>>
      takers;  // by what is to be done about their values
  walk(program, [&](const std::string& path, const CommandHelp& command) {
    if (!path.empty()) paths.push_back(path);
    arguments +=
        fmt::format("        {},-) offered={} ;;\n", path, single_quoted(options_of(command)));
    arguments += fmt::format("        {},*) {}\n", path, arguments_of(command));
    for (const OptionHelp& option : command.options) {
      if (option.positional || option.flag()) continue;
      for (const std::string& name : option.names) {
        takers[action(option.values)].push_back(path + name);
      }
    }
  });
  std::string values;
  for (const auto& [action, options] : takers) {
    values += fmt::format("    {})\n      {}\n", fmt::join(options, " | "), action);
  }
  return filled(script, {{"@name@", program.name},
                         {"@function@", function_name(program, "")},
                         {"@paths@", fmt::format("{}", fmt::join(paths, " | "))},
                         {"@values@", values},
                         {"@arguments@", arguments}});
}

}  // namespace concbench
