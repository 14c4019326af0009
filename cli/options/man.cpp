// concbench man
#include "cli/options/command.hpp"

namespace concbench::options {
namespace {

Finish bind_man(CLI::App&) {
  return [](const Words&) { return ManRequest{}; };
}

}  // namespace

const CommandLine man_command{"man", "this help as a manual page, in roff",
                              "Examples:\n"
                              "  concbench man | man -l -\n"
                              "  concbench man > concbench.1",
                              bind_man};

}  // namespace concbench::options
