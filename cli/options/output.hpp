// The words that say how a command shows what it found, for every command that shows something.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/options/words.hpp"

namespace concbench::options {

// Each command offers some of them, the first of which is its default.
inline const Choices<Format> table_or_json = {{"table", Format::table}, {"json", Format::json}};
inline const Choices<Format> table_json_or_markdown = {
    {"table", Format::table}, {"json", Format::json}, {"markdown", Format::markdown}};
inline const Choices<Format> all_formats = {{"table", Format::table},
                                            {"json", Format::json},
                                            {"csv", Format::csv},
                                            {"markdown", Format::markdown}};

struct OutputWords {
  std::string format = "table", color = "auto";
};
CLI::Option* add_format_option(CLI::App& app, OutputWords& words, const Choices<Format>& formats);
CLI::Option* add_color_option(CLI::App& app, OutputWords& words);

Format parse_format(const OutputWords& words, const Choices<Format>& formats);
When parse_color(const OutputWords& words);

}  // namespace concbench::options
