#include "cli/options/selection.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/harness/catalog.hpp"
#include "cli/harness/program_token.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

Words known_workloads() {
  Words names;
  for (const WorkloadInfo& info : workload_infos()) names.emplace_back(info.about.name);
  return names;
}

// A comma in a path or an argument has most likely ended the program where that was not meant.
void refuse_part_of_program(const std::string& list, const std::string& item) try {
  if (item != "all") refuse_unknown_model(item);
} catch (const UsageError& error) {
  throw UsageError(fmt::format(
      "{}; a comma that belongs to a program in --model={} stands in quotes: exec:\"a,b\"",
      error.what(), list));
}

}  // namespace

void add_selection_options(CLI::App& app, SelectionWords& words) {
  const auto many = [&](const char* name, Words& into, const char* kind, const char* help) {
    app.add_option(name, into, help)->allow_extra_args(false)->type_name(kind)->group("What");
  };
  many(
      "--model", words.models, kinds::models,
      "models, separated by commas: names, 'all', variants such as threads:wait=condvar, and "
      "programs that speak the worker protocol: \"NAME=exec:PATH ARG…\"; a comma or a blank within "
      "a word of these stands in quotes");
  many("--workload", words.workloads, kinds::workloads, "workloads, separated by commas, or 'all'");
  many("--set", words.sets, kinds::setting, "WORKLOAD.PARAMETER=VALUE; a list of values runs each");
  app.add_option_function<std::string>(
         "--rate",
         [&words](const std::string& rates) { words.sets.push_back("echo.rate=" + rates); },
         "requests a second to echo, the same as --set echo.rate; a list shows the knee")
      ->type_name(kinds::numbers)
      ->group("What");
}

Words parse_models(const Words& given) {
  Words models;
  for (const std::string& word : given) {
    bool after_program = false;
    for (std::string& item : split_models(word)) {
      if (after_program) refuse_part_of_program(word, item);
      after_program = after_program || is_program(item);
      models.push_back(std::move(item));
    }
  }
  return models;
}

Words parse_workloads(const Words& given) {
  Words workloads;
  for (const std::string& word : given) {
    for (const std::string& name : split_list("--workload", word)) {
      Words known = known_workloads();
      if (name == "all") {
        workloads.insert(workloads.end(), known.begin(), known.end());
      } else if (std::ranges::count(known, name)) {
        workloads.push_back(name);
      } else {
        known.emplace_back("all");
        throw UsageError(fmt::format("--workload={}: there is no workload '{}'{}", word, name,
                                     did_you_mean(name, known)));
      }
    }
  }
  std::set<std::string> seen;
  std::erase_if(workloads, [&](const std::string& name) { return !seen.insert(name).second; });
  return workloads;
}

Setting parse_setting(const std::string& text) {
  const std::size_t dot = text.find('.'), equals = text.find('=');
  if (dot == text.npos || equals == text.npos || dot > equals) {
    throw UsageError(
        fmt::format("--set {}: write WORKLOAD.PARAMETER=VALUE, such as fib.n=30", text));
  }
  Setting setting{text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), {}};
  const Words known = known_workloads();
  if (!std::ranges::count(known, setting.workload)) {
    throw UsageError(fmt::format("--set {}: there is no workload '{}'{}", text, setting.workload,
                                 did_you_mean(setting.workload, known)));
  }
  Words names;
  for (const ParamInfo& param : workload_info(setting.workload).params) {
    names.emplace_back(param.name);
    if (param.name != setting.param) continue;
    for (const std::string& value :
         split_list("--set " + text.substr(0, equals), text.substr(equals + 1))) {
      setting.values.push_back(parse_value(setting.workload, param, value));
    }
    return setting;
  }
  throw UsageError(fmt::format("--set {}: {} has no parameter '{}'{}; it has {}", text,
                               setting.workload, setting.param, did_you_mean(setting.param, names),
                               fmt::join(names, ", ")));
}

Sweeps parse_settings(const Words& sets, const Words& workloads) {
  Sweeps parsed;
  for (const std::string& text : sets) {
    Setting setting = parse_setting(text);
    if (!std::ranges::count(workloads, setting.workload)) {
      throw UsageError(fmt::format("--set {}: {} is not among the workloads of this run", text,
                                   setting.workload));
    }
    parsed[setting.workload][setting.param] = std::move(setting.values);
  }
  return parsed;
}

void select(Experiment& experiment, const SelectionWords& words, const Words& models,
            const Words& workloads) {
  const Preset& preset = experiment.preset;
  experiment.models = preset.models.empty() ? models : preset.models;
  if (!words.models.empty()) experiment.models = parse_models(words.models);
  experiment.models_named = !words.models.empty() || !preset.models.empty();
  experiment.workloads = preset.workloads.empty() ? workloads : parse_workloads(preset.workloads);
  if (!words.workloads.empty()) experiment.workloads = parse_workloads(words.workloads);
  experiment.sets = parse_settings(words.sets, experiment.workloads);
  for (const auto& [workload, sweep] : preset.sets) {
    if (std::ranges::count(experiment.workloads, workload) == 0) continue;
    experiment.sets[workload].insert(sweep.begin(), sweep.end());  // what was typed stays
  }
}

}  // namespace concbench::options
