// For zsh: a function for each command, on _arguments. Works as a file in $fpath and when sourced.
#include "cli/help/completions/shells.hpp"

namespace concbench {
namespace {

constexpr const char* zsh_head = R"zsh(#compdef @name@
# Completes @name@ in zsh; made by `@name@ completions zsh`.

# Words of which each has its meaning after a colon.
@function@__words() {
  local what=$1; shift
  local -a plain=(${@:#*[=\:]:*}) open=(${(M)@:#*[=\:]:*})
  _describe -t $what $what plain -- open -S ''
}

# The same as a list with commas between.
@function@__list() {
  local what=$1; shift
  local -a items=("$@")
  compset -P '*,'
  _describe -t $what $what items -S ''
}
)zsh";

constexpr const char* zsh_tail = R"zsh(
if [[ ${funcstack[1]} == @function@ ]]; then
  @function@ "$@"
else
  compdef @function@ @name@
fi
)zsh";

// Characters that mean something in a specification of _arguments.
std::string escaped(const std::string& text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != special.npos) out += '\\';
    out += c;
  }
  return out;
}

// "word:about", a colon of the word's own escaped.
std::string described(const Values::Word& word) {
  return single_quoted(escaped(word.word, ":\\") + ':' + brief(word.about));
}

std::string list_function(const CommandHelp& program, const Values& values) {
  return function_name(program, "/offer/" + values.name);
}

// What completes a value, for _arguments. A leading blank has it called as it is.
std::string action(const CommandHelp& program, const Values& values) {
  if (!values.words.empty()) {
    // Words without meanings fit on the line; the others have a function of their own.
    if (!values.words.front().about.empty()) return ' ' + list_function(program, values);
    std::string words;
    for (const Values::Word& word : values.words) words += (words.empty() ? "" : " ") + word.word;
    return '(' + words + ')';
  }
  return values.files ? "_files" : " ";
}

std::string specification(const CommandHelp& program, const OptionHelp& option) {
  const std::string about = escaped(brief(option.help), "[]:\\");
  const std::string value = option.flag()
                                ? ""
                                : fmt::format(":{}:{}", escaped(option.values.name, ":\\"),
                                              action(program, option.values));
  const char* often = option.repeated ? "*" : "";
  if (option.positional) {
    return single_quoted(fmt::format("{}:{}:{}", often, escaped(option.names.front(), ":"),
                                     action(program, option.values)));
  }
  std::string spec;
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    const char* glue = option.flag() ? "" : is_long ? "=" : "+";
    if (!spec.empty()) spec += ' ';
    spec += single_quoted(fmt::format("{}{}{}[{}]{}", often, name, glue, about, value));
  }
  return spec;
}

std::string function_of(const CommandHelp& program, const std::string& path,
                        const CommandHelp& command) {
  const std::string name = function_name(program, path);
  std::string specs;
  for (const OptionHelp& option : command.options) {
    specs += " \\\n    " + specification(program, option);
  }
  if (command.commands.empty()) return fmt::format("\n{}() {{\n  _arguments{}\n}}\n", name, specs);
  std::string words, cases;
  for (const CommandHelp& sub : command.commands) {
    words += "\n    " + described({sub.name, sub.summary});
    cases +=
        fmt::format("    {}) {} ;;\n", sub.name, function_name(program, path + '/' + sub.name));
  }
  return fmt::format(R"zsh(
{}() {{
  local curcontext=$curcontext state line
  local -a commands=({}
  )
  _arguments -C{} \
    ':command: _describe command commands' '*::argument:->argument'
  [[ $state == argument ]] || return 0
  case ${{words[1]}} in
{}  esac
}}
)zsh",
                     name, words, specs, cases);
}

// A function for each kind of values that has words with meanings.
std::string functions_for_words(const CommandHelp& program) {
  std::string text;
  walk(program, [&](const std::string&, const CommandHelp& command) {
    for (const OptionHelp& option : command.options) {
      const Values& values = option.values;
      if (values.words.empty() || values.words.front().about.empty()) continue;
      const std::string name = list_function(program, values);
      if (text.find('\n' + name + "()") != text.npos) continue;
      text += fmt::format("\n{}() {{\n  {}__{} {}", name, function_name(program, ""),
                          values.list ? "list" : "words", values.name);
      for (const Values::Word& word : values.words) text += " \\\n    " + described(word);
      text += values.files ? "\n  _files\n}\n" : "\n}\n";
    }
  });
  return text;
}

}  // namespace

std::string zsh_completions(const CommandHelp& program) {
  const std::string function = function_name(program, "");
  std::string text = zsh_head + functions_for_words(program);
  walk(program, [&](const std::string& path, const CommandHelp& command) {
    text += function_of(program, path, command);
  });
  return filled(text + zsh_tail, {{"@name@", program.name}, {"@function@", function}});
}

}  // namespace concbench
