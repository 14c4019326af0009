// concbench doctor: what on this machine makes timings untrustworthy, and how small a difference
// can be told here.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/commands/doctor/checks.hpp"
#include "cli/commands/doctor/measure_noise.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/topology.hpp"
#include "reports/text/diagnosis.hpp"

namespace concbench {

int doctor(const DoctorRequest& request) {
  if (!request.root.empty() && !std::filesystem::is_directory(request.root)) {
    throw UsageError(fmt::format("--root={}: not a folder", request.root));
  }
  constexpr std::chrono::milliseconds window(300);  // 30 ticks, in which others' use is counted
  Diagnosis diagnosis{checkup::examine(checkup::gather(window, request.root)), {}, ""};
  if (request.measure) {
    const std::vector<int> cpus = place(discover(), {}).cpus();
    diagnosis.noise.push_back(checkup::measure_noise({cpus.front()}));
    if (cpus.size() > 1) diagnosis.noise.push_back(checkup::measure_noise(cpus));
  } else {
    diagnosis.not_measured = request.root.empty() ? "by --no-measure" : "of files, by --root";
  }
  fmt::print("{}", request.format == Format::json ? to_text(to_json(diagnosis)) + "\n"
                                                  : to_text(diagnosis, style_of(request.color)));
  return exit_ok;
}

}  // namespace concbench
