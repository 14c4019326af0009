#include "cli/harness/conformance/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/result/params_json.hpp"

namespace concbench::conformance {
namespace {

constexpr std::size_t breaches_kept = 3;

std::string_view state_of(const Finding& finding) {
  if (finding.broken > 0) return "broken";
  return finding.tried > 0 ? "held" : "untried";
}

std::string_view color_of(const Finding& finding) {
  if (finding.broken > 0) return color::red;
  return finding.tried > 0 ? color::green : color::yellow;
}

std::string breaches_text(const Finding& finding) {
  std::string text;
  for (const Breach& breach : finding.breaches) {
    text += fmt::format("{:10}{}: {}\n", "", breach.where, breach.what);
  }
  const auto more = finding.broken - static_cast<int>(finding.breaches.size());
  if (more > 0) text += fmt::format("{:10}and {} more\n", "", more);
  return text;
}

std::string cells_text(const Findings& findings) {
  const auto ran = std::ranges::count_if(findings.cells, &TriedCell::ran);
  std::string text = fmt::format("{} of {} cells ran\n", ran, findings.cells.size());
  for (const TriedCell& cell : findings.cells) {
    if (cell.ran) continue;
    text += fmt::format("  {}: {}\n", name_of(cell.workload, cell.cpus), cell.reason);
  }
  return text;
}

}  // namespace

const std::vector<Promise>& promises() {
  static const std::vector<Promise> list = {
      {"hello", "says at once, unasked, what it is, what it runs and what it refuses"},
      {"output", "writes nothing but one message for each request to standard output"},
      {"fields", "every message has its fields, of their types and within their bounds"},
      {"replies", "answers every request, in time"},
      {"answer", "every iteration gives the right answer"},
      {"operations", "all operations are performed and counted"},
      {"iterations", "runs as many iterations as it is asked for"},
      {"time", "tells a time that is above 0 and no longer than the reply took"},
      {"placement", "is seen on its CPUs and on no others"},
      {"observation", "notes what the shape has to note, within its bounds"},
      {"refusal", "refuses, with its reason, what it does not offer and CPUs that are not there"},
      {"parameters", "refuses parameters that are missing, unknown or out of range"},
      {"options", "refuses an option that it does not have"},
      {"reopening", "opens a cell after it has refused others"},
      {"unknown-fields", "ignores fields that it does not know"},
      {"unknown-type", "ends with an error at a type of message that it does not know"},
      {"malformed", "ends with an error at what is no message"},
      {"order", "ends with an error at a message out of turn"},
      {"end-of-input", "ends with 0, without a word, at the end of its input in every state"},
      {"close", "answers a close in every state, and ends with 0"},
      {"idle", "uses no CPU while it waits"},
  };
  return list;
}

Findings::Findings() {
  for (const Promise& promise : promises()) list_.push_back({promise});
}

Finding& Findings::of(std::string_view promise) {
  return *std::ranges::find(list_, promise,
                            [](const Finding& finding) { return finding.promise.name; });
}

void Findings::held(std::string_view promise) { ++of(promise).tried; }

void Findings::broken(const Breach& breach) {
  Finding& finding = of(breach.promise);
  ++finding.tried;
  ++finding.broken;
  if (finding.breaches.size() < breaches_kept) finding.breaches.push_back(breach);
}

void Findings::judge(std::string_view promise, const std::string& where, const std::string& why) {
  if (why.empty()) return held(promise);
  broken({std::string(promise), where, why});
}

void Findings::untried(std::string_view promise, const std::string& why) {
  of(promise).untried = why;
}

bool Findings::is_broken(std::string_view promise) const {
  return std::ranges::any_of(list_, [&](const Finding& finding) {
    return finding.promise.name == promise && finding.broken > 0;
  });
}

bool Findings::all_held() const {
  return std::ranges::none_of(list_, [](const Finding& finding) { return finding.broken > 0; });
}

std::string name_of(const Workload& workload, const std::vector<int>& cpus) {
  std::string name(about(workload).name);
  for (const auto& [param, value] : params_of(workload)) {
    name += fmt::format(" {}:{}", param, to_string(value));
  }
  return name + fmt::format(" on {} CPU{}", cpus.size(), cpus.size() == 1 ? "" : "s");
}

Json to_json(const Findings& findings) {
  Json list = Json::array(), cells = Json::array();
  for (const Finding& finding : findings.list()) {
    Json breaches = Json::array();
    for (const Breach& breach : finding.breaches) {
      breaches.push_back({{"where", breach.where}, {"what", breach.what}});
    }
    list.push_back({{"name", finding.promise.name},
                    {"promise", finding.promise.text},
                    {"state", state_of(finding)},
                    {"tried", finding.tried},
                    {"broken", finding.broken},
                    {"breaches", breaches},
                    {"reason", finding.untried.empty() ? Json(nullptr) : Json(finding.untried)}});
  }
  for (const TriedCell& cell : findings.cells) {
    cells.push_back({{"workload", about(cell.workload).name},
                     {"params", concbench::to_json(params_of(cell.workload))},
                     {"cpus", cell.cpus},
                     {"ran", cell.ran},
                     {"reason", cell.ran ? Json(nullptr) : Json(cell.reason)}});
  }
  return {{"concbench_conform",
           {{"model", findings.model},
            {"program", findings.program},
            {"version", findings.version},
            {"conforms", findings.all_held()},
            {"promises", list},
            {"cells", cells},
            {"remarks", findings.remarks}}}};
}

std::string to_text(const Findings& findings, const TableStyle& style) {
  std::string text = fitted(
      fmt::format("{} ({} {})\n\n", findings.model, findings.program, findings.version), style);
  int held = 0, broken = 0, untried = 0;
  for (const Finding& finding : findings.list()) {
    ++(finding.broken > 0 ? broken : finding.tried > 0 ? held : untried);
    std::string row = fmt::format("{:<8}  {:<15} {}", state_of(finding), finding.promise.name,
                                  finding.promise.text);
    if (finding.broken > 0) row += fmt::format(": not in {} of {}", finding.broken, finding.tried);
    if (!finding.tried && !finding.untried.empty()) row += fmt::format(": {}", finding.untried);
    text += fitted(row + "\n" + breaches_text(finding), style, color_of(finding));
  }
  text += fitted("\n" + cells_text(findings), style);
  for (const std::string& remark : findings.remarks) text += fitted(remark + "\n", style);
  return text +
         fitted(fmt::format("\n{} held, {} broken, {} untried\n", held, broken, untried), style);
}

}  // namespace concbench::conformance
