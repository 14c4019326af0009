// concbench report: results as one HTML page.
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal/say.hpp"
#include "models/machine/topology.hpp"
#include "reports/html/html.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {

int report(const ReportRequest& request) {
  if (const std::string_view why = why_no_html(); !why.empty()) {
    throw Impossible(fmt::format("this build makes no reports: {}", why));
  }
  std::vector<NamedResult> results;
  Json claims;
  for (const std::string& path : request.results) {
    Json json = read_json(path);
    if (json.is_object() && json.contains("claims")) {
      claims = std::move(json);
    } else {
      results.push_back({std::filesystem::path(path).filename(), result_of(json, path)});
    }
  }
  if (results.empty()) throw UsageError("report: none of the files is a result of concbench run");
  const std::string html = to_html(results, claims);
  put(html, request.results, request.out);
  if (request.out != "-") say("report: {} ({} kB)\n", request.out, (html.size() + 999) / 1000);
  return exit_ok;
}

}  // namespace concbench
