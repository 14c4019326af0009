#include "cli/options/describe.hpp"

#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

OptionHelp describe(const CLI::Option& option) {
  OptionHelp help{.help = option.get_description(),
                  .group = option.get_group(),
                  .preset = is_flag(option) ? "" : option.get_default_str(),
                  .positional = option.get_positional(),
                  .required = option.get_required(),
                  .repeated = option.get_expected_max() > 1};
  if (help.positional) {
    help.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_lnames()) help.names.push_back("--" + name);
    for (const std::string& name : option.get_snames()) help.names.push_back("-" + name);
  }
  if (!is_flag(option)) help.values = values_of(option.get_type_name());
  return help;
}

}  // namespace

CommandHelp describe(const CLI::App& app) {
  CommandHelp help{.name = app.get_name(),
                   .summary = app.get_description(),
                   .group = app.get_group(),
                   .notes = app.get_footer()};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) help.options.push_back(describe(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) help.commands.push_back(describe(*command));
  }
  return help;
}

}  // namespace concbench::options
