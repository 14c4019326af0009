#include "cli/options/output.hpp"

#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

const Choices<When> times = {
    {"auto", When::automatic}, {"always", When::always}, {"never", When::never}};

}  // namespace

CLI::Option* add_format_option(CLI::App& app, OutputWords& words, const Choices<Format>& formats) {
  return app.add_option("--format", words.format, "what stdout shows")
      ->type_name(barred(formats))
      ->capture_default_str();
}

CLI::Option* add_color_option(CLI::App& app, OutputWords& words) {
  return app.add_option("--color", words.color, "colours; auto: on a terminal, without NO_COLOR")
      ->type_name(barred(times))
      ->capture_default_str();
}

Format parse_format(const OutputWords& words, const Choices<Format>& formats) {
  return parse_word("--format", words.format, formats);
}

When parse_color(const OutputWords& words) { return parse_word("--color", words.color, times); }

}  // namespace concbench::options
