// concbench completions
#include "cli/help/completions.hpp"

#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

const Choices<Shell> shells = {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

Finish bind_completions(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "the shell to write completions for")
      ->type_name(barred(shells))
      ->required();
  return [shell](const Words&) { return CompletionsRequest{parse_word("SHELL", *shell, shells)}; };
}

}  // namespace

const CommandLine completions_command{"completions",
                                      "a script with which a shell completes this command line",
                                      "Examples:\n"
                                      "  source <(concbench completions bash)\n"
                                      "  source <(concbench completions zsh)\n"
                                      "  concbench completions fish | source",
                                      bind_completions};

}  // namespace concbench::options
