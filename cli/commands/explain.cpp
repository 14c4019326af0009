// concbench explain: what a model, a workload or a number is, in plain words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/catalog.hpp"
#include "cli/harness/presets.hpp"
#include "cli/help/topics.hpp"
#include "cli/terminal/style.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

std::string list_of(TopicKind kind, std::string_view head) {
  std::string text = fmt::format("{}\n", head);
  for (const Topic& topic : topics()) {
    if (topic.kind == kind) text += fmt::format("  {:<18} {}\n", topic.word(), topic.summary);
  }
  return text;
}

std::string overview() {
  return list_of(TopicKind::model, "Models") + '\n' + list_of(TopicKind::workload, "Workloads") +
         '\n' + list_of(TopicKind::measure, "Measures") +
         "\nconcbench explain NAME says more about each.\n";
}

// Which workloads a model cannot run, by the reason it gives.
std::string limits_of(const Candidate& candidate) {
  if (!candidate.missing.empty()) return fmt::format("Not here: {}\n", candidate.missing);
  std::map<std::string, std::vector<std::string_view>> reasons;
  for (const WorkloadInfo& info : workload_infos()) {
    const std::string why = candidate.no_pair(make_workload(info.about.name, {}));
    if (!why.empty()) reasons[why].push_back(info.about.name);
  }
  std::string text;
  for (const auto& [why, workloads] : reasons) {
    text += fmt::format("Cannot run {}: {}\n", fmt::join(workloads, ", "), why);
  }
  return text.empty() ? "Runs every workload.\n" : text;
}

std::string variants_of(const Model& model) {
  std::string text;
  for (const Option& option : model.options) {
    text += fmt::format("Variant :{}={}: {}\n", option.name,
                        option.values == "bytes" ? option.preset : option.values, option.help);
  }
  return text;
}

std::string explained_model(const Topic& topic) {
  const Candidate candidate = find_candidate(topic.section.title, default_timeout_s);
  return fmt::format("{}\n\n{}{}", topic.section.text, variants_of(*candidate.model),
                     limits_of(candidate));
}

std::string explained_workload(const Topic& topic) {
  const WorkloadInfo& info = workload_info(topic.section.title);
  std::string text = fmt::format("{}\n\nParameters\n", topic.section.text);
  for (const ParamInfo& param : info.params) {
    const std::string bounds = param.choices.empty()
                                   ? fmt::format("{} to {}", param.low, param.high)
                                   : std::string(param.choices);
    text += fmt::format("  {}.{}={}  {} ({})\n", info.about.name, param.name,
                        to_string(to_value(param, param.preset)), param.help, bounds);
  }
  if (!topic.section.chapter.empty()) text += '\n' + topic.section.chapter + '\n';
  return text;
}

std::string explained(const Topic& topic) {
  const std::string head = topic.kind == TopicKind::measure
                               ? topic.section.title
                               : fmt::format("{}: {}", topic.section.title, topic.summary);
  switch (topic.kind) {
    case TopicKind::model: return fmt::format("{}\n\n{}", head, explained_model(topic));
    case TopicKind::workload: return fmt::format("{}\n\n{}", head, explained_workload(topic));
    case TopicKind::measure: break;
  }
  return fmt::format("{}\n\n{}\n", head, topic.section.text);
}

}  // namespace

int explain(const ExplainRequest& request) {
  TableStyle style = style_of(When::never);
  style.wraps = true;  // paragraphs have no lines of their own
  const std::string text =
      request.topic.empty() ? overview() : explained(find_topic(request.topic));
  fmt::print("{}", fitted(text, style));
  return exit_ok;
}

}  // namespace concbench
