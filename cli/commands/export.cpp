// concbench export: a result file in a format that another tool reads.
#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {

int export_result(const ExportRequest& request) {
  put(request.exporter->text_of(read_result(request.result)), {request.result}, request.out);
  return exit_ok;
}

}  // namespace concbench
