// concbench export: a result file in a format that another tool reads.
#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal/say.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {
namespace {

void warn_of_few_processes(const Result& result, const Exporter& exporter) {
  int cells = 0, few = 0;
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    ++cells;
    few += cell.summary->processes < exporter.fewest_processes;
  }
  if (few == 0) return;
  say("concbench: {} of {} cells have fewer than the {} processes that readers of --format={} want "
      "for an interval; run them with --preset=ci\n",
      few, cells, exporter.fewest_processes, exporter.name);
}

}  // namespace

int export_result(const ExportRequest& request) {
  const Result result = read_result(request.result);
  put(request.exporter->text_of(result), {request.result}, request.out);
  warn_of_few_processes(result, *request.exporter);
  return exit_ok;
}

}  // namespace concbench
