// concbench doctor
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct DoctorWords {
  OutputWords shown;
  std::string root;
  bool no_measure = false;
};

Finish bind_doctor(CLI::App& app) {
  const auto words = std::make_shared<DoctorWords>();
  app.add_flag("--no-measure", words->no_measure, "leave out the noise floor, which takes seconds");
  app.add_option("--root", words->root,
                 "look at /proc and /sys below this folder, copied from another machine, of which "
                 "nothing can be measured")
      ->type_name(kinds::file);
  add_format_option(app, words->shown, table_or_json);
  add_color_option(app, words->shown);
  return [words](const Words&) {
    DoctorRequest request;
    request.format = parse_format(words->shown, table_or_json);
    request.color = parse_color(words->shown);
    request.measure = !words->no_measure && words->root.empty();
    request.root = words->root;
    return request;
  };
}

}  // namespace

const CommandLine doctor_command{
    "doctor", "what on this machine makes timings untrustworthy, and how to fix it",
    "Examples:\n"
    "  concbench doctor\n"
    "  concbench doctor --no-measure --format=json",
    bind_doctor};

}  // namespace concbench::options
