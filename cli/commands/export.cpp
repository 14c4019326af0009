// concbench export: a result file in a format that another tool reads.
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/errors.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {

int export_result(const ExportRequest& request) {
  const std::string text = request.exporter->text_of(read_result(request.result));
  if (request.out == "-") {
    fmt::print("{}", text);
  } else {
    write_text(text, request.out);
  }
  return exit_ok;
}

}  // namespace concbench
