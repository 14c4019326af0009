// concbench list: what there is, and which pairs can work.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/catalog.hpp"
#include "cli/terminal/style.hpp"
#include "reports/result/json.hpp"

namespace concbench {
namespace {

// Why the pair cannot be run here, or "".
std::string obstacle(const Candidate& candidate, const WorkloadInfo& info) {
  if (!candidate.missing.empty()) return candidate.missing;
  return candidate.no_pair(make_workload(info.about.name, {}));
}

Json param_json(const ParamInfo& param) {
  Json json{{"help", param.help}};
  if (param.choices.empty()) {
    json["type"] = "integer";
    json["minimum"] = param.low;
    json["maximum"] = param.high;
    json["default"] = param.preset;
  } else {
    json["type"] = "choice";
    json["choices"] = param.choices;
    json["default"] = to_string(to_value(param, param.preset));
  }
  return json;
}

Json workload_json(const WorkloadInfo& info) {
  Json params = Json::object();
  for (const ParamInfo& param : info.params) params[std::string(param.name)] = param_json(param);
  return {{"name", info.about.name},
          {"shape", name_of(info.about.shape)},
          {"op", op_of(info.about.shape)},
          {"summary", info.about.summary},
          {"params", params}};
}

std::span<const Option> options_of(const Candidate& candidate) {
  return candidate.model ? candidate.model->options : std::span<const Option>{};
}

Json model_json(const Candidate& candidate) {
  Json variants = Json::object();
  for (const Option& option : options_of(candidate)) {
    variants[std::string(option.name)] = {
        {"values", option.values},
        {"default", candidate.options.at(std::string(option.name))},
        {"help", option.help}};
  }
  return {{"name", candidate.label},
          {"summary", candidate.summary},
          {"available", candidate.missing.empty()},
          {"reason", candidate.missing.empty() ? Json(nullptr) : Json(candidate.missing)},
          {"variants", variants}};
}

Json to_json(const std::vector<Candidate>& candidates) {
  Json models = Json::array(), workloads = Json::array(), pairs = Json::array();
  for (const Candidate& candidate : candidates) models.push_back(model_json(candidate));
  for (const WorkloadInfo& info : workload_infos()) workloads.push_back(workload_json(info));
  for (const Candidate& candidate : candidates) {
    for (const WorkloadInfo& info : workload_infos()) {
      const std::string why = obstacle(candidate, info);
      pairs.push_back({{"model", candidate.label},
                       {"workload", info.about.name},
                       {"runs", why.empty()},
                       {"reason", why.empty() ? Json(nullptr) : Json(why)}});
    }
  }
  return {{"models", models}, {"workloads", workloads}, {"pairs", pairs}};
}

std::string default_of(const ParamInfo& param) { return to_string(to_value(param, param.preset)); }

// Of the column of names.
std::size_t width_of_labels(const std::vector<Candidate>& candidates) {
  std::size_t width = 12;
  for (const Candidate& candidate : candidates) width = std::max(width, width_of(candidate.label));
  return width;
}

std::string models_text(const std::vector<Candidate>& candidates) {
  const std::size_t width = width_of_labels(candidates);
  std::string text;
  for (const Candidate& candidate : candidates) {
    text += fmt::format("  {:<{}} {}\n", candidate.label, width, candidate.summary);
    for (const Option& option : options_of(candidate)) {
      text += fmt::format("  {:<{}}   :{}={}  {}\n", "", width, option.name,
                          option.values == "bytes" ? option.preset : option.values, option.help);
    }
    if (!candidate.missing.empty()) {
      text += fmt::format("  {:<{}}   not here: {}\n", "", width, candidate.missing);
    }
  }
  return text;
}

std::string workloads_text() {
  std::string text;
  for (const WorkloadInfo& info : workload_infos()) {
    text += fmt::format("  {:<12} {} ({}; op: {})\n", info.about.name, info.about.summary,
                        name_of(info.about.shape), op_of(info.about.shape));
    for (const ParamInfo& param : info.params) {
      text += fmt::format("  {:<12}   {}.{}={}  {}{}\n", "", info.about.name, param.name,
                          default_of(param), param.help,
                          param.choices.empty() ? "" : fmt::format(" ({})", param.choices));
    }
  }
  return text;
}

// Numbers reasons in the order in which they are first given.
class Reasons {
 public:
  std::string mark(const std::string& why) {
    const auto found = std::ranges::find(reasons_, why);
    const auto at = found - reasons_.begin();
    if (found == reasons_.end()) reasons_.push_back(why);
    return fmt::format("({})", at + 1);
  }
  std::string text() const {
    std::string text;
    for (std::size_t i = 0; i < reasons_.size(); ++i) {
      text += fmt::format("  ({}) {}\n", i + 1, reasons_[i]);
    }
    return text;
  }

 private:
  std::vector<std::string> reasons_;
};

// A matrix, in as many blocks of columns as it takes to fit the width.
std::string pairs_text(const std::vector<Candidate>& candidates, int width) {
  constexpr int column = 11;  // how wide it is
  const int head = 2 + static_cast<int>(width_of_labels(candidates));
  const auto fit = static_cast<std::size_t>(std::max(1, (width - head) / column));
  const std::vector<WorkloadInfo>& workloads = workload_infos();
  Reasons reasons;
  std::string text;
  for (std::size_t first = 0; first < workloads.size(); first += fit) {
    const std::size_t last = std::min(first + fit, workloads.size());
    text += fmt::format("{}{:{}}", first > 0 ? "\n" : "", "", head);
    for (std::size_t i = first; i < last; ++i) {
      text += fmt::format("{:>{}}", workloads[i].about.name, column);
    }
    text += '\n';
    for (const Candidate& candidate : candidates) {
      text += fmt::format("  {:<{}}", candidate.label, head - 2);
      for (std::size_t i = first; i < last; ++i) {
        const std::string why = obstacle(candidate, workloads[i]);
        text += fmt::format("{:>{}}", why.empty() ? "yes" : reasons.mark(why), column);
      }
      text += '\n';
    }
  }
  return text + reasons.text();
}

void print_all(const std::vector<Candidate>& candidates, const TableStyle& style) {
  const auto part = [&](const char* head, const std::string& text) {
    fmt::print("{}\n{}", painted(color::bold, head, style), fitted(text, style));
  };
  part("Models", models_text(candidates));
  fmt::print("\n");
  part("Workloads", workloads_text());
  fmt::print("\n");
  part("Pairs", pairs_text(candidates, style.width));
}

}  // namespace

int list(const ListRequest& request) {
  const std::vector<Candidate> candidates =
      request.models.empty() ? all_candidates(request.timeout_s)
                             : find_candidates(request.models, request.timeout_s);
  refuse_missing(candidates, request.models);
  if (request.format == Format::json) {
    fmt::print("{}", to_text(to_json(candidates)));
  } else {
    print_all(candidates, style_of(request.color));
  }
  return exit_ok;
}

}  // namespace concbench
