// concbench report: results as one HTML page.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/fleet/gathered_file.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal/say.hpp"
#include "models/machine/topology.hpp"
#include "reports/html/html.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {
namespace {

// The result that the others are compared with.
void put_first(std::vector<NamedResult>& results, const std::string& name) {
  const auto base = std::ranges::find_if(results, [&](const NamedResult& result) {
    return result.file == name || result.file.starts_with(name + ' ');
  });
  if (base == results.end()) {
    std::vector<std::string> names;
    for (const NamedResult& result : results) names.push_back(result.file);
    throw UsageError(fmt::format("--base={}: no result is called so{}; there are {}", name,
                                 did_you_mean(name, names), fmt::join(names, "; ")));
  }
  std::rotate(results.begin(), base, base + 1);
}

}  // namespace

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
    } else if (is_gathered(json)) {
      std::ranges::move(results_of_gathered(json, path), std::back_inserter(results));
    } else {
      results.push_back({std::filesystem::path(path).filename(), result_of(json, path)});
    }
  }
  if (results.empty()) throw UsageError("report: none of the files is a result of concbench run");
  if (!request.base.empty()) put_first(results, request.base);
  const std::string html = to_html(results, claims);
  put(html, request.results, request.out);
  if (request.out != "-") say("report: {} ({} kB)\n", request.out, (html.size() + 999) / 1000);
  return exit_ok;
}

}  // namespace concbench
