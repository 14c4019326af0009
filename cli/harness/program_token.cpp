#include "cli/harness/program_token.hpp"

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "models/registry.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

constexpr std::string_view marker = "exec:";
constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::size_t longest_name = 40;

// Hands out each character with whether it stands in quotes, and the quotes themselves.
template <class Take>
void each_character(std::string_view text, Take take) {
  char quote = 0;
  for (const char c : text) {
    const bool opens = !quote && (c == '\'' || c == '"'), closes = quote && c == quote;
    take(c, quote != 0, opens || closes);
    if (opens || closes) quote = opens ? c : 0;
  }
  if (quote) {
    throw UsageError(fmt::format("--model={}: a {} is not closed", printable(text), quote));
  }
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;  // a word, which quotes begin even if nothing is in them
  each_character(text, [&](char c, bool quoted, bool is_quote) {
    const bool ends = !quoted && !is_quote && (c == ' ' || c == '\t' || c == '\n');
    if (!ends && !within) words.emplace_back();
    if (!ends && !is_quote) words.back() += c;
    within = !ends;
  });
  return words;
}

// Where "exec:" begins, behind the name that may stand before it.
std::size_t position_of_marker(std::string_view token) {
  if (token.starts_with(marker)) return 0;
  const std::size_t equals = token.find('=');
  const bool named = equals != token.npos && token.find(':') > equals &&
                     token.substr(equals + 1).starts_with(marker);
  return named ? equals + 1 : token.npos;
}

void refuse_name(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    throw UsageError(fmt::format("--model={}=exec:…: {}", printable(name), why));
  };
  if (name.empty() || name.size() > longest_name ||
      name.find_first_not_of(name_letters) != name.npos) {
    refuse(fmt::format("a name is 1 to {} lower-case letters, digits and '-'", longest_name));
  }
  if (name == "all" || find_model(name)) {
    refuse("concbench has a model of this name; give the program another");
  }
}

}  // namespace

bool is_program(std::string_view token) { return position_of_marker(token) != token.npos; }

ProgramToken parse_program(std::string_view token) {
  const std::size_t position = position_of_marker(token);
  ProgramToken program;
  if (position > 0) {
    program.name = token.substr(0, position - 1);
    refuse_name(program.name);
  }
  program.command = words_of(token.substr(position + marker.size()));
  if (program.command.empty() || program.command.front().empty()) {
    throw UsageError("exec: names no program; write exec:PATH or \"exec:PATH ARG…\"");
  }
  return program;
}

std::vector<std::string> split_models(std::string_view list) {
  std::vector<std::string> items(1);
  each_character(list, [&](char c, bool quoted, bool) {
    if (c == ',' && !quoted) {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  });
  for (const std::string& item : items) {
    if (item.empty()) throw UsageError(fmt::format("--model={}: an empty item", list));
  }
  return items;
}

}  // namespace concbench
