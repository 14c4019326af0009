#include "reports/html/html.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "reports/html/html_parts.hpp"
#include "reports/html/page.hpp"
#include "reports/result/gzip.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_json.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

// Samples make most of a result, and a chart needs two numbers of each.
Json points_of(const Cell& cell) {
  Json points = Json::array();
  for (const Sample& sample : cell.samples) {
    if (sample.ops == 0) continue;
    const double ns = static_cast<double>(sample.wall_ns) / static_cast<double>(sample.ops);
    points.push_back({sample.process, std::stod(fmt::format("{:.5g}", ns))});
  }
  return points;
}

// A curve goes on where the share of what is slower has shrunk by a tenth
// (web/src/charts/latency.js): of a thousand buckets it shows some fifty, to which those below them
// are added.
Json thinned(const Latency& latency) {
  const auto all = static_cast<double>(latency.count);
  Json kept = Json::array();
  std::int64_t below = 0, added = 0;
  double tail = 1.25;  // 1 ÷ that share
  for (const auto& [low_ns, count] : latency.buckets) {
    below += count;
    added += count;
    const bool is_last = below >= latency.count;
    const auto reached = [&] { return static_cast<double>(below) >= all * (1 - 1 / tail); };
    if (!is_last && !reached()) continue;
    kept.push_back({{"low", low_ns}, {"count", std::exchange(added, 0)}});
    while (!is_last && reached()) tail *= 1.1;
  }
  return kept;
}

// What the page's script reads: the object "concbench" of the file, with `points` in the place of
// samples, and without what only a machine would look up.
Json data_of(const NamedResult& named) {
  Json data = to_json(named.result)["concbench"];
  for (std::size_t i = 0; i < named.result.cells.size(); ++i) {
    Json& cell = data["cells"][i];
    for (const char* bulky : {"samples", "processes", "placement", "answer", "command"}) {
      cell.erase(bulky);
    }
    const Cell& measured = named.result.cells[i];
    if (measured.latency) cell["latency_ns"]["buckets"] = thinned(*measured.latency);
    cell["points"] = points_of(measured);
  }
  data["file"] = named.file;
  return data;
}

std::string body(const std::vector<NamedResult>& results, const Json& claims) {
  std::string machines;
  for (const NamedResult& named : results) {
    const std::string machine = html::machine(named.result.machine);
    if (machines.find(machine) == std::string::npos) machines += machine;
  }
  return (claims.is_null() ? "" : html::claims(claims)) +
         fmt::format(
             "<section id=\"machine\"><h2>The machine, and what bears on its "
             "timings</h2>\n{}{}</section>\n"
             "<section id=\"table\"><h2>All results</h2>\n{}</section>\n",
             machines, html::environment(results), html::cells(results));
}

std::string title_of(const std::vector<NamedResult>& results) {
  std::string title = "concbench";
  for (const NamedResult& named : results) title += " · " + named.result.environment.host;
  return title;
}

}  // namespace

std::string_view why_no_html() { return page().missing; }

std::string to_html(const std::vector<NamedResult>& results, const Json& claims) {
  Json data{{"results", Json::array()}};
  for (const NamedResult& named : results) data["results"].push_back(data_of(named));
  const Result& first = results.front().result;
  const std::pair<std::string_view, std::string> parts[] = {
      {"@TITLE@", in_xml(title_of(results))},
      {"@HEAD@", html::head(results)},
      {"@BODY@", body(results, claims)},
      {"@FOOT@", fmt::format("Made by concbench {} ({}). This page holds all of its data and asks "
                             "nothing of any server.",
                             in_xml(first.build.version), in_xml(first.build.commit))},
      {"@DATA@", gzip_base64(to_line(data))},
  };
  const std::string shell = inflated(page().gzip, page().size);
  std::string text;
  std::size_t from = 0;
  for (const auto& [place, part] : parts) {
    const std::size_t at = shell.find(place, from);
    if (at == std::string::npos)
      throw std::logic_error("the page has no place " + std::string(place));
    text.append(shell, from, at - from).append(part);
    from = at + place.size();
  }
  return text.append(shell, from);
}

}  // namespace concbench
