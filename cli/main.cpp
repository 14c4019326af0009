#include <fmt/format.h>

#include <clocale>
#include <cstdio>
#include <stdexcept>

#include "cli/commands/commands.hpp"
#include "cli/commands/topo.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/signals.hpp"
#include "cli/help/man_page.hpp"
#include "cli/inherited.hpp"
#include "cli/options/command_line.hpp"
#include "cli/terminal/say.hpp"
#include "cli/terminal/style.hpp"
#include "cli/worker/worker.hpp"
#include "models/machine/topology.hpp"
#include "reports/history/history.hpp"
#include "reports/result/json.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"

namespace {

using namespace concbench;

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

int print(const std::string& text) {
  fmt::print("{}", text);
  return exit_ok;
}

int perform(Command command) {
  return std::visit(Overload{
                        [](RunRequest& request) { return run(std::move(request)); },
                        [](CheckRequest& request) { return check(std::move(request)); },
                        [](ListRequest& request) { return list(request); },
                        [](ReportRequest& request) { return report(request); },
                        [](ConformRequest& request) { return conform(request); },
                        [](CompareRequest& request) { return compare(request); },
                        [](ExportRequest& request) { return export_result(request); },
                        [](SweepRequest& request) { return sweep(request); },
                        [](GatherRequest& request) { return gather(request); },
                        [](HistoryRequest& request) { return history(request); },
                        [](TopoRequest& request) { return print(topo(request)); },
                        [](DoctorRequest& request) { return doctor(request); },
                        [](ClaimsRequest& request) { return run_claims(request); },
                        [](ExplainRequest& request) { return explain(request); },
                        [](CompletionsRequest& request) {
                          return print(completions(request.shell, program_help().program));
                        },
                        [](ManRequest&) { return print(man_page(program_help())); },
                        [](WorkerRequest& request) { return run_worker(request); },
                        [](LoadRequest& request) { return load(request); },
                        [](Text& text) { return print(fitted(text.text, style_of(When::never))); },
                    },
                    command);
}

// Results are only out once stdout has taken them.
int flushed(int code) {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
  say("concbench: stdout cannot be written\n");
  return exit_not_written;
}

int complain(int code, const char* what) {
  say("concbench: {}\n", printable(what));
  return code;
}

}  // namespace

int main(int argc, char** argv) try {
  settle_inheritance();
  std::setlocale(LC_CTYPE, "");  // which characters the terminal can show
  return flushed(perform(parse_command_line({argv + 1, argv + argc})));
} catch (const Interrupted&) {
  return complain(exit_signal + caught_signal(), "interrupted");
} catch (const std::invalid_argument& error) {  // UsageError and its like
  return complain(exit_usage, error.what());
} catch (const CannotRead& error) {
  return complain(exit_usage, error.what());
} catch (const BadJson& error) {
  return complain(exit_usage, error.what());
} catch (const BadHistory& error) {
  return complain(exit_usage, error.what());
} catch (const Impossible& error) {
  return complain(exit_impossible, error.what());
} catch (const CannotWrite& error) {
  return complain(exit_not_written, error.what());
} catch (const std::exception& error) {
  if (std::ferror(stdout)) return flushed(exit_not_written);
  return complain(exit_cells_failed, error.what());
}
