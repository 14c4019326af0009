// concbench list: what there is, and which pairs can work.
#include <fmt/format.h>

#include <algorithm>

#include "cli/catalog.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "reports/json.hpp"

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

Json model_json(const Candidate& candidate) {
  Json variants = Json::object();
  for (const Option& option : candidate.model->options) {
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

void print_models(const std::vector<Candidate>& candidates) {
  fmt::print("Models\n");
  for (const Candidate& candidate : candidates) {
    fmt::print("  {:<12} {}\n", candidate.label, candidate.summary);
    for (const Option& option : candidate.model->options) {
      fmt::print("  {:<12}   :{}={}  {}\n", "", option.name,
                 option.values == "bytes" ? std::string(option.preset) : std::string(option.values),
                 option.help);
    }
    if (!candidate.missing.empty()) fmt::print("  {:<12}   not here: {}\n", "", candidate.missing);
  }
}

void print_workloads() {
  fmt::print("\nWorkloads\n");
  for (const WorkloadInfo& info : workload_infos()) {
    fmt::print("  {:<12} {} ({}; op: {})\n", info.about.name, info.about.summary,
               name_of(info.about.shape), op_of(info.about.shape));
    for (const ParamInfo& param : info.params) {
      fmt::print("  {:<12}   {}.{}={}  {}{}\n", "", info.about.name, param.name, default_of(param),
                 param.help, param.choices.empty() ? "" : fmt::format(" ({})", param.choices));
    }
  }
}

void print_pairs(const std::vector<Candidate>& candidates) {
  std::vector<std::string> reasons;
  fmt::print("\nPairs\n  {:<12}", "");
  for (const WorkloadInfo& info : workload_infos()) fmt::print(" {:>9}", info.about.name);
  for (const Candidate& candidate : candidates) {
    fmt::print("\n  {:<12}", candidate.label);
    for (const WorkloadInfo& info : workload_infos()) {
      const std::string why = obstacle(candidate, info);
      if (why.empty()) {
        fmt::print(" {:>9}", "yes");
        continue;
      }
      auto found = std::ranges::find(reasons, why);
      if (found == reasons.end()) found = reasons.insert(reasons.end(), why);
      fmt::print(" {:>9}", fmt::format("({})", found - reasons.begin() + 1));
    }
  }
  fmt::print("\n");
  for (std::size_t i = 0; i < reasons.size(); ++i) fmt::print("  ({}) {}\n", i + 1, reasons[i]);
}

}  // namespace

int list(const ListRequest& request) {
  const std::vector<Candidate> candidates = all_candidates();
  if (request.format == Format::json) {
    fmt::print("{}", to_text(to_json(candidates)));
  } else {
    print_models(candidates);
    print_workloads();
    print_pairs(candidates);
  }
  return exit_ok;
}

}  // namespace concbench
