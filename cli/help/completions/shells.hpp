// What the scripts for each shell have in common.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/help/command_help.hpp"

namespace concbench {

std::string bash_completions(const CommandHelp& program);
std::string zsh_completions(const CommandHelp& program);
std::string fish_completions(const CommandHelp& program);

// Calls `visit` with the program and each of its commands, and with the path to it: "" for the
// program, "/history/add" for one of a command's own.
using Visit = std::function<void(const std::string& path, const CommandHelp&)>;
void walk(const CommandHelp& program, const Visit& visit);

// A script in which each "@name@" is replaced.
using Replacements = std::initializer_list<std::pair<std::string_view, std::string>>;
std::string filled(std::string script, Replacements replacements);

// A function's name in such a script: "_concbench_history_add".
std::string function_name(const CommandHelp& program, std::string path);

// A word between single quotes. `escaped` is what stands for a quote in it.
std::string single_quoted(const std::string& text, const std::string& escaped = "'\\''");

// The first sentence of a help, on one line.
std::string brief(const std::string& help);

}  // namespace concbench
