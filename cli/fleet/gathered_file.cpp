#include "cli/fleet/gathered_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/result/result_file.hpp"

namespace concbench {
namespace {

// "small-0 on node7", and what else tells it from the task's other results.
std::string label_of(const Json& entry, const Result& result) {
  std::string label =
      fmt::format("{} on {}", string_field(entry, "task"), fmt::join(result.hosts(), ", "));
  if (const std::string build = string_field(entry, "build"); build != "this")
    label += ", " + build;
  if (const auto repetition = integer_field(entry, "repetition"); repetition > 0) {
    label += fmt::format(", run {}", repetition + 1);
  }
  return label;
}

bool share_a_cell(const Result& a, const Result& b) {
  return std::ranges::any_of(a.cells, [&](const Cell& cell) {
    return std::ranges::any_of(b.cells,
                               [&](const Cell& other) { return cell.name() == other.name(); });
  });
}

}  // namespace

bool is_gathered(const Json& json) { return json.is_object() && json.contains("gathered"); }

std::vector<NamedResult> results_of_gathered(const Json& json, const std::string& path) try {
  std::vector<NamedResult> all;
  for (const Json& entry : as_array(field(json.at("gathered"), "results"), "gathered.results")) {
    Result result = result_of(field(entry, "result"), path);
    const std::string label = label_of(entry, result);
    const auto same = std::ranges::find_if(all, [&](const NamedResult& other) {
      return other.file == label && !share_a_cell(other.result, result);
    });
    if (same == all.end()) {
      all.push_back({label, std::move(result)});
    } else {
      std::ranges::move(result.cells, std::back_inserter(same->result.cells));
      std::ranges::move(result.order, std::back_inserter(same->result.order));
      same->result.complete &= result.complete;
    }
  }
  return all;
} catch (const BadJson& error) {
  const std::string what = error.what();
  throw BadJson(what.starts_with(path) ? what : fmt::format("{}: {}", path, what));
}

}  // namespace concbench
