#include "cli/worker/standalone.hpp"

#include <cstdio>
#include <stdexcept>

#include "cli/exit_codes.hpp"
#include "cli/worker/conversation.hpp"
#include "models/os/descriptor.hpp"

namespace concbench {

int serve(const Model& model, const std::vector<std::string>& arguments) try {
  const std::string name(model.name);
  Variant variant{&model, default_options(model)};
  for (const std::string& setting : arguments) choose(model, setting, variant.options);
  os::raise_descriptor_limit();
  return converse({.program = name,
                   .version = CONCBENCH_VERSION,
                   .build = "concbench " CONCBENCH_VERSION,
                   .name = name,
                   .variant = variant});
} catch (const std::invalid_argument& error) {
  std::fprintf(stderr, "%s: %s\n", std::string(model.name).c_str(), error.what());
  return exit_usage;
}

}  // namespace concbench
