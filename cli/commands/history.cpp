// concbench history: results kept over time.
#include "reports/history/history.hpp"

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/outputs.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal/style.hpp"
#include "models/machine/topology.hpp"
#include "reports/history/trend.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_file.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

int add(const HistoryRequest& request) {
  // All are read before any is stored, so that a bad one stores nothing.
  std::vector<Result> results;
  for (const std::string& path : request.results) results.push_back(read_result(path));
  History history(request.file, History::Open::create);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Added added = history.add(results[i]);
    const char* how = added.was_there             ? "is already there, as result"
                      : added.replaces_unfinished ? "replaces its unfinished state, as result"
                                                  : "added as result";
    fmt::print("{}: {} {}\n", request.results[i], how, added.id);
  }
  return exit_ok;
}

Json json_of(const StoredResult& result) {
  return {{"id", result.id},
          {"date", result.date},
          {"commit", result.commit},
          {"version", result.version},
          {"compiler", result.compiler},
          {"flags", result.flags},
          {"preset", result.preset},
          {"machine", result.machine},
          {"cpu_model", result.cpu_model},
          {"complete", result.complete},
          {"cells", result.cells},
          {"measured", result.measured}};
}

int list(const HistoryRequest& request) {
  const auto results = History(request.file, History::Open::existing).results();
  if (request.format == Format::json) {
    Json array = Json::array();
    for (const StoredResult& result : results) array.push_back(json_of(result));
    fmt::print("{}\n", to_text(array));
    return exit_ok;
  }
  const TableStyle style = style_of(request.color);
  fmt::print("{}", fitted(fmt::format("{:>4}  {:<20}  {:<12}  {:<8}  {:<16}  {:>8}\n", "id", "date",
                                      "commit", "preset", "machine", "measured"),
                          style, color::dim));
  for (const StoredResult& result : results) {
    const std::string line = fmt::format(
        "{:>4}  {:<20}  {:<12.12}  {:<8}  {:<16}  {:>8}{}\n", result.id, result.date, result.commit,
        result.preset, result.machine, fmt::format("{}/{}", result.measured, result.cells),
        result.complete ? "" : "  unfinished");
    fmt::print("{}", fitted(line, style, result.complete ? color::none : color::yellow));
  }
  return exit_ok;
}

Json json_of(const StoredCell& cell) {
  Json json = {{"name", cell.name},
               {"op", cell.op},
               {"status", cell.status},
               {"reason", cell.reason.empty() ? Json(nullptr) : Json(cell.reason)},
               {"processes", cell.processes},
               {"ns_per_op", nullptr}};
  if (cell.ns_per_op) {
    json["ns_per_op"] = {{"median", cell.ns_per_op->median},
                         {"low", cell.ns_per_op->low},
                         {"high", cell.ns_per_op->high}};
  }
  return json;
}

std::string said_of(const StoredCell& cell) {
  if (!cell.ns_per_op) return fmt::format("{}: {}", cell.status, cell.reason);
  const Estimate& time = *cell.ns_per_op;
  return fmt::format("{:>9} per {}, {}", duration_text(time.median), cell.op,
                     range_text(time.low, time.high, time.median));
}

int show(const HistoryRequest& request) {
  const auto cells = History(request.file, History::Open::existing).cells(request.id);
  if (cells.empty()) {
    throw UsageError(
        fmt::format("there is no result {} in {}; concbench history list says which "
                    "there are",
                    request.id, request.file));
  }
  if (request.format == Format::json) {
    Json array = Json::array();
    for (const StoredCell& cell : cells) array.push_back(json_of(cell));
    fmt::print("{}\n", to_text(array));
    return exit_ok;
  }
  const TableStyle style = style_of(request.color);
  for (const StoredCell& cell : cells) {
    const std::string line = fmt::format("{:<60}  {}\n", cell.name, said_of(cell));
    fmt::print("{}", fitted(line, style, cell.ns_per_op ? color::none : color::yellow));
  }
  return exit_ok;
}

std::vector<Trend> trends(const HistoryRequest& request) {
  auto found = trends_of(History(request.file, History::Open::existing).series(request.cell));
  if (found.empty()) {
    throw UsageError(
        fmt::format("{} has no measured cell with '{}' in its name", request.file, request.cell));
  }
  return found;
}

int trend(const HistoryRequest& request) {
  const auto found = trends(request);
  fmt::print("{}", request.format == Format::json ? to_json_text(found)
                                                  : to_text(found, style_of(request.color)));
  return exit_ok;
}

int plot(const HistoryRequest& request) {
  put(to_svg(trends(request)), {request.file}, request.out);
  return exit_ok;
}

}  // namespace

int history(const HistoryRequest& request) {
  if (!has_sqlite()) {
    throw Impossible("history: this concbench was built without SQLite (libsqlite3-dev)");
  }
  switch (request.action) {
    case HistoryRequest::Action::add: return add(request);
    case HistoryRequest::Action::list: return list(request);
    case HistoryRequest::Action::show: return show(request);
    case HistoryRequest::Action::trend: return trend(request);
    case HistoryRequest::Action::plot: return plot(request);
  }
  return exit_usage;
}

}  // namespace concbench
