#include "cli/harness/presets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "cli/harness/catalog.hpp"
#include "cli/harness/toml_file.hpp"
#include "cli/suggest.hpp"

namespace concbench {
namespace {

using Words = std::vector<std::string>;

Preset built_in(const std::string& name, const std::function<UsageError(std::string)>& complain) {
  Words names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  throw complain(fmt::format("there is no such preset{}; there are {}", did_you_mean(name, names),
                             fmt::join(names, ", ")));
}

// ---- A file ----------------------------------------------------------------------------------

class PresetFile {
 public:
  explicit PresetFile(const std::string& path) : toml_(path) {}

  Preset read() const {
    Preset preset = base();
    preset.name = toml_.path();
    for (const auto& [key, node] : toml_.table()) {
      const auto reader = readers().find(std::string(key.str()));
      if (reader == readers().end()) toml_.refuse(key, names());
      reader->second(*this, reader->first, node, preset);
    }
    return preset;
  }

 private:
  using File = const PresetFile&;
  using Node = const toml::node&;
  using Reader = std::function<void(File, const std::string& key, Node, Preset&)>;

  template <class Field>
  static Reader number_into(Field Preset::*field, const Range<int>& range) {
    return [=](File file, const std::string& key, Node node, Preset& preset) {
      preset.*field = file.toml_.number(node, key, range);
    };
  }
  template <class Field>
  static Reader seconds_into(Field Preset::*field, const Range<double>& range) {
    return [=](File file, const std::string& key, Node node, Preset& preset) {
      preset.*field = file.toml_.seconds(node, key, range);
    };
  }

  static const std::map<std::string, Reader>& readers() {
    static const std::map<std::string, Reader> list = {
        {"base", [](File, const std::string&, Node, Preset&) {}},  // has been read first
        {"processes", number_into(&Preset::processes, processes_range)},
        {"repetitions", number_into(&Preset::repetitions, repetitions_range)},
        {"min_time", seconds_into(&Preset::min_time_s, min_time_range)},
        {"timeout", seconds_into(&Preset::timeout_s, timeout_range)},
        {"budget", seconds_into(&Preset::budget_s, budget_range)},
        {"models",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.toml_.each(node, key,
                           [&](Node item) { preset.models.push_back(file.model(item)); });
         }},
        {"workloads",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.toml_.each(node, key, [&](Node item) {
             const std::string name = file.toml_.word(item, key);
             if (name != "all") file.refuse_unknown_workload(item, key, name);
             preset.workloads.push_back(name);
           });
         }},
        {"cores",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.toml_.each(node, key, [&](Node item) {
             const int count = file.toml_.number(item, key, cores_range);
             if (std::ranges::count(preset.cores, count) == 0) preset.cores.push_back(count);
           });
         }},
        {"sizes", [](File file, const std::string&, Node node,
                     Preset& preset) { preset.sets = file.sizes(node); }},
    };
    return list;
  }

  static Words names() {
    Words names;
    for (const auto& [name, reader] : readers()) names.push_back(name);
    return names;
  }

  Preset base() const {
    const toml::node* node = toml_.table().get("base");
    if (!node) return presets().front();
    return built_in(toml_.word(*node, "base"), [&](const std::string& what) {
      return toml_.complaint(node->source(), "base", what);
    });
  }

  std::string model(const toml::node& node) const {
    const std::string token = toml_.word(node, "models");
    if (token == "all") return token;
    try {
      refuse_unknown_model(token);
    } catch (const UsageError& error) {
      toml_.fail(node.source(), "models", error.what());
    }
    return token;
  }

  void refuse_unknown_workload(const toml::node& node, const std::string& key,
                               const std::string& name) const {
    Words names;
    for (const WorkloadInfo& info : workload_infos()) names.emplace_back(info.about.name);
    if (std::ranges::count(names, name) == 0) {
      toml_.fail(node.source(), key,
                 fmt::format("there is no workload '{}'{}", name, did_you_mean(name, names)));
    }
  }

  // [sizes.WORKLOAD], each with PARAMETER = VALUE or a list of values to be run in turn.
  Sweeps sizes(const toml::node& node) const {
    const toml::table* table = node.as_table();
    if (!table) toml_.fail(node.source(), "sizes", "must be tables such as [sizes.fib]");
    Sweeps sweeps;
    for (const auto& [key, params] : *table) {
      const std::string name(key.str());
      refuse_unknown_workload(params, "sizes." + name, name);
      const toml::table* values = params.as_table();
      if (!values) {
        toml_.fail(params.source(), "sizes." + name,
                   fmt::format("must be a table: [sizes.{}]", name));
      }
      for (const auto& [param, value] : *values) {
        sweeps[name][std::string(param.str())] = sweep(name, std::string(param.str()), value);
      }
    }
    return sweeps;
  }

  std::vector<Value> sweep(const std::string& workload, const std::string& param,
                           const toml::node& node) const {
    const std::string key = fmt::format("sizes.{}.{}", workload, param);
    const std::vector<ParamInfo>& params = workload_info(workload).params;
    const auto info = std::ranges::find(params, param, &ParamInfo::name);
    if (info == params.end()) {
      Words names;
      for (const ParamInfo& each : params) names.emplace_back(each.name);
      toml_.fail(node.source(), key,
                 fmt::format("{} has no such parameter{}; it has {}", workload,
                             did_you_mean(param, names), fmt::join(names, ", ")));
    }
    std::vector<Value> values;
    toml_.each(node, key, [&](const toml::node& item) {
      if (!item.is_integer() && !item.is_string()) {
        toml_.fail(item.source(), key, "must be a whole number, a word, or a list of them");
      }
      try {
        values.push_back(parse_value(workload, *info, text_of(item)));
      } catch (const BadParameter& error) {
        toml_.fail(item.source(), key, error.what());
      }
    });
    return values;
  }

  static std::string text_of(const toml::node& item) {
    if (const auto* number = item.as_integer()) return fmt::to_string(number->get());
    return item.as_string()->get();
  }

  TomlFile toml_;
};

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
      {"quick", "a first look: 3 processes a cell", 3, 3, 0.01, default_timeout_s,
       &ParamInfo::quick},
      {"ci", "for comparisons: 6 processes a cell", 6, 5, 0.05, 60, &ParamInfo::ci},
      {"full", "large sizes, long samples", 6, 10, 0.2, 300, &ParamInfo::full},
      // Eight processes are the fewest whose range is a 99 % interval for the median.
      {"paper", "for publications: as full, 99 % intervals", 8, 10, 0.2, 300, &ParamInfo::full},
  };
  return list;
}

Preset find_preset(const std::string& name) {
  if (name.ends_with(".toml") || name.find('/') != name.npos) return PresetFile(name).read();
  return built_in(name, [&](const std::string& what) {
    return UsageError(fmt::format("--preset={}: {}", name, what));
  });
}

std::vector<std::string> basic_models() {
  return {"serial", "processes", "threads", "pool", "fibers", "coroutines", "goroutines"};
}

std::vector<std::string> basic_workloads() {
  return {"fib", "skynet", "nqueens", "spawn", "ping_pong", "ring", "mpmc", "yield"};
}

}  // namespace concbench
