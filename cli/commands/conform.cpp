// concbench conform: whether a program keeps what docs/protocol.md asks of a worker.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/conformance/examination.hpp"
#include "cli/harness/signals.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/style.hpp"

namespace concbench {

int conform(const ConformRequest& request) {
  catch_signals();
  const bool terminal = isatty(STDERR_FILENO);
  const conformance::Findings findings = conformance::examine({.command = request.program.command,
                                                               .name = request.program.name,
                                                               .workloads = request.workloads,
                                                               .timeout_s = request.timeout_s,
                                                               .progress =
                                                                   [&](const std::string& what) {
                                                                     if (terminal)
                                                                       say("\r\033[K{}", what);
                                                                   }},
                                                              discover());
  if (terminal) say("\r\033[K");
  if (request.format == Format::json) {
    fmt::print("{}\n", to_text(to_json(findings)));
  } else {
    fmt::print("{}", to_text(findings, style_of(request.color)));
  }
  return findings.all_held() ? exit_ok : exit_cells_failed;
}

}  // namespace concbench
