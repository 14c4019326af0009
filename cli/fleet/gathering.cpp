#include "cli/fleet/gathering.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "cli/fleet/slurm.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_json.hpp"
#include "reports/statistics/changed_places.hpp"
#include "reports/statistics/comparability.hpp"
#include "reports/statistics/ranking.hpp"
#include "reports/statistics/statistics.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

std::string joined(const std::set<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// One run of a cell.
struct Run {
  const GatheredResult* of;
  const Cell* cell;

  std::string host() const {
    const std::set<std::string> hosts = cell->hosts();
    return hosts.empty() ? of->result.environment.host : joined(hosts);
  }
  bool has_number() const { return cell->status == Status::ok; }
  const Estimate& time() const { return cell->summary->ns_per_op; }
};

using Runs = std::vector<Run>;
using CellKey = std::tuple<std::string, std::string, std::string>;  // build, selection, name

// Machines that are alike, and what was measured on them. Nothing is put together with what another
// kind of hardware measured.
struct Hardware {
  const Result* example = nullptr;
  std::set<std::string> hosts;
  std::map<CellKey, Runs> cells;
};

std::map<std::string, Hardware> by_hardware(const Gathering& gathering) {
  std::map<std::string, Hardware> groups;
  for (const GatheredResult& gathered : gathering.results) {
    Hardware& hardware = groups[gathered.fingerprint];
    if (!hardware.example) hardware.example = &gathered.result;
    hardware.hosts.merge(gathered.result.hosts());
    for (const Cell& cell : gathered.result.cells) {
      hardware.cells[{gathered.build, gathered.selection, cell.name()}].push_back(
          {&gathered, &cell});
    }
  }
  return groups;
}

// Hosts whose every range lies beyond all ranges of the others. Of two nobody knows which it is.
std::set<std::string> standing_out(const Runs& runs) {
  std::map<std::string, Estimate> spans;
  for (const Run& run : runs) {
    if (!run.has_number()) continue;
    const auto [span, is_new] = spans.try_emplace(run.host(), run.time());
    span->second.low = std::min(span->second.low, run.time().low);
    span->second.high = std::max(span->second.high, run.time().high);
  }
  std::set<std::string> found;
  if (spans.size() < 3) return found;
  for (const auto& one : spans) {
    const auto beyond = [&](bool above) {
      return std::ranges::all_of(spans, [&](const auto& other) {
        if (other.first == one.first) return true;
        return above ? one.second.low > other.second.high : one.second.high < other.second.low;
      });
    };
    if (beyond(true) || beyond(false)) found.insert(one.first);
  }
  return found.size() == 1 ? found : std::set<std::string>{};
}

// The cell's name without the model's, and what else tells its numbers from others'.
std::string work_of(const CellKey& key, const Cell& cell) {
  const auto& [build, selection, name] = key;
  return fmt::format("{} {} {}", build, selection, name.substr(cell.model.size() + 1));
}

// What the model needed in all runs: the median, and from the least to the most.
std::optional<Standing> standing_of(const CellKey& key, const Runs& runs) {
  std::vector<double> medians;
  int processes = 0;
  Estimate needs{0, std::numeric_limits<double>::max(), 0};
  for (const Run& run : runs) {
    const auto metric = run.has_number() ? ranking_metric(*run.cell) : std::nullopt;
    if (!metric) continue;
    medians.push_back(metric->median);
    processes += run.cell->summary->processes;
    needs.low = std::min(needs.low, metric->low);
    needs.high = std::max(needs.high, metric->high);
  }
  if (medians.empty()) return std::nullopt;
  needs.median = median(std::move(medians));
  const Cell& cell = *runs.front().cell;
  return Standing{work_of(key, cell), cell.model, needs, processes};
}

std::vector<ChangedPlaces> places_of(const std::map<std::string, Hardware>& groups) {
  std::map<std::string, std::vector<Standing>> standings;
  for (const auto& [fingerprint, hardware] : groups) {
    for (const auto& [key, runs] : hardware.cells) {
      if (auto standing = standing_of(key, runs)) {
        standings[fingerprint].push_back(*std::move(standing));
      }
    }
  }
  return changed_places(standings);
}

Json json_of(const ChangedPlaces& changed) {
  return {{"work", changed.work},
          {"ahead", changed.ahead},
          {"behind", changed.behind},
          {"on", changed.here},
          {"reversed_on", changed.there}};
}

std::string text_of(const ChangedPlaces& changed) {
  return fmt::format("  {}: {} before {} on {}, behind it on {}\n", changed.work, changed.ahead,
                     changed.behind, changed.here, changed.there);
}

Json json_of(const Estimate& estimate) {
  return {{"median", estimate.median}, {"low", estimate.low}, {"high", estimate.high}};
}

Json json_of(const Run& run) {
  return {{"task", run.of->task},
          {"repetition", run.of->repetition},
          {"host", run.host()},
          {"status", name_of(run.cell->status)},
          {"reason", run.cell->reason.empty() ? Json(nullptr) : Json(run.cell->reason)},
          {"ns_per_op", run.has_number() ? json_of(run.time()) : Json(nullptr)}};
}

Json json_of(const Hardware& hardware, const std::string& fingerprint) {
  Json traits = Json::object(), cells = Json::array();
  for (const Trait& trait : machine_traits(*hardware.example)) traits[trait.field] = trait.value;
  for (const auto& [key, runs] : hardware.cells) {
    const auto& [build, selection, name] = key;
    Json measured = Json::array();
    for (const Run& run : runs) measured.push_back(json_of(run));
    cells.push_back({{"build", build},
                     {"selection", selection},
                     {"name", name},
                     {"op", runs.front().cell->op},
                     {"runs", std::move(measured)},
                     {"standing_out", standing_out(runs)}});
  }
  return {{"fingerprint", fingerprint},
          {"traits", std::move(traits)},
          {"hosts", hardware.hosts},
          {"cells", std::move(cells)}};
}

Json json_of(const GatheredTask& task) {
  const auto or_none = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  };
  return {{"task", task.name},
          {"state", task.job.state},
          {"reason", or_none(task.job.reason)},
          {"job", or_none(task.job.id)},
          {"nodes", or_none(task.job.nodes)},
          {"results", task.results},
          {"wanted", task.wanted},
          {"why", or_none(task.why)}};
}

Json json_of(const GatheredResult& gathered) {
  return {{"task", gathered.task},
          {"build", gathered.build},
          {"selection", gathered.selection},
          {"repetition", gathered.repetition},
          {"file", gathered.file},
          {"fingerprint", gathered.fingerprint},
          {"hosts", gathered.result.hosts()},
          {"result", {{"concbench", to_json(gathered.result).at("concbench")}}}};
}

// "  threads/spawn/n:100/cores:2   1.53 µs   1.50–1.57 µs, 4 runs on 2 hosts"
std::string line_of(const CellKey& key, const Runs& runs, std::size_t width) {
  const auto& [build, selection, name] = key;
  std::vector<double> medians;
  std::set<std::string> hosts;
  for (const Run& run : runs) {
    if (!run.has_number()) continue;
    medians.push_back(run.time().median);
    hosts.insert(run.host());
  }
  const std::string label = fmt::format("{} {} {}", build, selection, name);
  std::string line = fmt::format("  {}{}  ", label, std::string(width - label.size(), ' '));
  if (medians.empty()) {
    const Cell& cell = *runs.front().cell;
    return line + fmt::format("{}: {}\n", name_of(cell.status), cell.reason);
  }
  const auto [low, high] = std::ranges::minmax(medians);
  const double middle = median(medians);
  line += fmt::format("{:>9}  {}, {} on {}", duration_text(middle), range_text(low, high, middle),
                      medians.size() == 1 ? "1 run" : fmt::format("{} runs", medians.size()),
                      hosts.size() == 1 ? "1 host" : fmt::format("{} hosts", hosts.size()));
  if (const auto odd = standing_out(runs); !odd.empty()) {
    line += fmt::format("; {} stands out", joined(odd));
  }
  return line + '\n';
}

std::string text_of(const Hardware& hardware, const std::string& fingerprint) {
  const Result& example = *hardware.example;
  std::string text =
      fmt::format("hardware {}: {}, {} cores; on {}\n", fingerprint, example.environment.cpu_model,
                  example.machine.allowed.size(), joined(hardware.hosts));
  std::size_t width = 0;
  for (const auto& [key, runs] : hardware.cells) {
    const auto& [build, selection, name] = key;
    width = std::max(width, build.size() + selection.size() + name.size() + 2);
  }
  for (const auto& [key, runs] : hardware.cells) text += line_of(key, runs, width);
  return text;
}

std::string text_of(const GatheredTask& task) {
  std::string text = fmt::format("  {}: {} of {} results; {}", task.name, task.results, task.wanted,
                                 task.job.state);
  if (!task.job.reason.empty()) text += fmt::format(" ({})", task.job.reason);
  if (!task.job.nodes.empty()) text += " on " + task.job.nodes;
  if (!task.why.empty()) text += ": " + task.why;
  return text + '\n';
}

// Slurm's words are kept for as long as the results, unless whoever sweeps keeps them just now.
Submitted ask(const SweepPlan& plan, const SweepFolder& folder, std::string& complaint) {
  Submitted submitted = folder.submitted();
  if (submitted.jobs.empty()) return submitted;
  complaint = slurm::ask(plan, submitted);
  try {
    write_text(text_of(submitted), folder.submitted_file());
  } catch (const CannotWrite&) {
  }
  return submitted;
}

}  // namespace

bool Gathering::is_complete() const {
  return std::ranges::all_of(tasks,
                             [](const GatheredTask& task) { return task.results == task.wanted; });
}

Gathering gather(const SweepPlan& plan, const SweepFolder& folder) {
  Gathering gathering{
      .sweep = folder.path().filename(), .tasks = {}, .results = {}, .complaint = {}};
  const Submitted submitted = ask(plan, folder, gathering.complaint);
  const Listing listing = folder.list();
  for (const Task& task : tasks_of(plan)) {
    GatheredTask row{.name = task.name(), .job = {}, .why = folder.last_words(task)};
    for (const Part& part : parts_of(plan)) {
      Found found = find(listing, task, part);
      ++row.wanted;
      row.results += found.state == Found::State::complete;
      if (!found.problem.empty()) row.why = found.problem;
      if (!found.result) continue;
      gathering.results.push_back({task.name(), part.build->name, part.selection->name,
                                   part.repetition, found.file, fingerprint(*found.result),
                                   std::move(*found.result)});
    }
    const bool is_finished = row.results == row.wanted;
    if (is_finished) row.why.clear();
    if (const auto job = submitted.jobs.find(row.name); job != submitted.jobs.end()) {
      row.job = job->second;
    } else if (is_finished) {
      row.job.state = "finished";
    } else {
      row.job.state = std::filesystem::exists(folder.log(task)) ? "unfinished" : "not run";
    }
    gathering.tasks.push_back(std::move(row));
  }
  return gathering;
}

Json to_json(const Gathering& gathering) {
  Json tasks = Json::array(), hardware = Json::array(), places = Json::array(),
       results = Json::array();
  for (const GatheredTask& task : gathering.tasks) tasks.push_back(json_of(task));
  const auto groups = by_hardware(gathering);
  for (const auto& [fingerprint, group] : groups) hardware.push_back(json_of(group, fingerprint));
  for (const ChangedPlaces& changed : places_of(groups)) places.push_back(json_of(changed));
  for (const GatheredResult& result : gathering.results) results.push_back(json_of(result));
  return {{"gathered",
           {{"schema", 1},
            {"sweep", gathering.sweep},
            {"complete", gathering.is_complete()},
            {"tasks", std::move(tasks)},
            {"hardware", std::move(hardware)},
            {"changed_places", std::move(places)},
            {"results", std::move(results)}}}};
}

std::string to_table(const Gathering& gathering, const TableStyle& style) {
  std::string text;
  const auto groups = by_hardware(gathering);
  for (const auto& [fingerprint, group] : groups) text += text_of(group, fingerprint);
  if (const auto places = places_of(groups); !places.empty()) {
    text += "models that change places:\n";
    for (const ChangedPlaces& changed : places) text += text_of(changed);
  }
  std::size_t results = 0, wanted = 0;
  for (const GatheredTask& task : gathering.tasks) {
    results += task.results;
    wanted += task.wanted;
  }
  text += fmt::format("{}: {} of {} results\n", gathering.sweep, results, wanted);
  for (const GatheredTask& task : gathering.tasks) {
    if (task.results < task.wanted) text += text_of(task);
  }
  return fitted(text, style);
}

}  // namespace concbench
