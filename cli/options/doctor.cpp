// concbench doctor
#include <memory>

#include "cli/options/command.hpp"

namespace concbench::options {
namespace {

struct DoctorWords {
  std::string format = "table", color = "auto", root;
  bool no_measure = false;
};

Finish bind(CLI::App& app) {
  const auto words = std::make_shared<DoctorWords>();
  app.add_flag("--no-measure", words->no_measure, "leave out the noise floor, which takes seconds");
  app.add_option("--root", words->root,
                 "look at /proc and /sys below this folder, copied from another machine, of which "
                 "nothing can be measured");
  app.add_option("--format", words->format, "table or json")->capture_default_str();
  app.add_option("--color", words->color, "auto, always or never")->capture_default_str();
  return [words](const Words&) {
    DoctorRequest request;
    request.format = parse_table_or_json(words->format);
    request.color = parse_color(words->color);
    request.measure = !words->no_measure && words->root.empty();
    request.root = words->root;
    return request;
  };
}

}  // namespace

const CommandLine doctor_command{
    "doctor", "what on this machine makes timings untrustworthy, and how to mend it",
    "Examples:\n"
    "  concbench doctor\n"
    "  concbench doctor --no-measure --format=json",
    bind};

}  // namespace concbench::options
