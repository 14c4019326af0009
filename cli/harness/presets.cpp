#include "cli/harness/presets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

// Some malformed keys make toml++ 3.3.0 end the program by an assertion; without it, it reports
// them as it does any other mistake.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "cli/exit_codes.hpp"
#include "cli/harness/catalog.hpp"
#include "cli/suggest.hpp"
#include "reports/result/result_file.hpp"

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

// Reads the keys of a preset's file. What is wrong is told as "FILE:LINE: KEY: what".
class PresetFile {
 public:
  explicit PresetFile(const std::string& path) : path_(path) {
    constexpr std::size_t most_bytes = std::size_t{1} << 20;
    const std::string text = read_file(path, most_bytes);
    if (text.size() > most_bytes) {
      throw UsageError(fmt::format("--preset={}: is larger than 1 MiB", path));
    }
    try {
      table_ = toml::parse(text, path);
    } catch (const toml::parse_error& error) {
      throw UsageError(
          fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
  }

  Preset read() const {
    Preset preset = base();
    preset.name = path_;
    for (const auto& [key, node] : table_) {
      const auto reader = readers().find(std::string(key.str()));
      if (reader == readers().end()) refuse(key);
      reader->second(*this, reader->first, node, preset);
    }
    return preset;
  }

 private:
  using File = const PresetFile&;
  using Node = const toml::node&;
  using Reader = std::function<void(File, const std::string& key, Node, Preset&)>;

  template <class Field, class Number>
  static Reader number_into(Field Preset::*field, const Range<Number>& range) {
    return [=](File file, const std::string& key, Node node, Preset& preset) {
      preset.*field = file.number(node, key, range);
    };
  }

  static const std::map<std::string, Reader>& readers() {
    static const std::map<std::string, Reader> list = {
        {"base", [](File, const std::string&, Node, Preset&) {}},  // has been read first
        {"processes", number_into(&Preset::processes, processes_range)},
        {"repetitions", number_into(&Preset::repetitions, repetitions_range)},
        {"min_time", number_into(&Preset::min_time_s, min_time_range)},
        {"timeout", number_into(&Preset::timeout_s, timeout_range)},
        {"budget", number_into(&Preset::budget_s, budget_range)},
        {"models",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.each(node, key, [&](Node item) { preset.models.push_back(file.model(item)); });
         }},
        {"workloads",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.each(node, key, [&](Node item) {
             const std::string name = file.word(item, key);
             if (name != "all") file.refuse_unknown_workload(item, key, name);
             preset.workloads.push_back(name);
           });
         }},
        {"cores",
         [](File file, const std::string& key, Node node, Preset& preset) {
           file.each(node, key, [&](Node item) {
             const int count = file.number(item, key, cores_range);
             if (std::ranges::count(preset.cores, count) == 0) preset.cores.push_back(count);
           });
         }},
        {"sizes", [](File file, const std::string&, Node node,
                     Preset& preset) { preset.sets = file.sizes(node); }},
    };
    return list;
  }

  [[noreturn]] void refuse(const toml::key& key) const {
    Words names;
    for (const auto& [name, reader] : readers()) names.push_back(name);
    const std::string name(key.str());
    fail(key.source(), name,
         fmt::format("there is no such key{}; there are {}", did_you_mean(name, names),
                     fmt::join(names, ", ")));
  }

  [[noreturn]] void fail(const toml::source_region& where, const std::string& key,
                         const std::string& what) const {
    throw complaint(where, key, what);
  }
  UsageError complaint(const toml::source_region& where, const std::string& key,
                       const std::string& what) const {
    return UsageError(fmt::format("{}:{}: {}: {}", path_, where.begin.line, key, what));
  }

  Preset base() const {
    const toml::node* node = table_.get("base");
    if (!node) return presets().front();
    return built_in(word(*node, "base"), [&](const std::string& what) {
      return complaint(node->source(), "base", what);
    });
  }

  int number(const toml::node& node, const std::string& key, const Range<int>& range) const {
    const auto* value = node.as_integer();
    if (!value || value->get() < range.low || value->get() > range.high) {
      fail(node.source(), key,
           fmt::format("must be a whole number from {} to {}", range.low, range.high));
    }
    return static_cast<int>(value->get());
  }

  double number(const toml::node& node, const std::string& key, const Range<double>& range) const {
    const double value = node.value<double>().value_or(std::nan(""));
    if (!node.is_number() || !(value >= range.low) || !(value <= range.high)) {
      fail(node.source(), key,
           fmt::format("must be a number of seconds from {} to {}", range.low, range.high));
    }
    return value;
  }

  std::string word(const toml::node& node, const std::string& key) const {
    const auto* value = node.as_string();
    if (!value || value->get().empty())
      fail(node.source(), key, "must be a text that is not empty");
    return value->get();
  }

  // Of a list each item, of one value that.
  void each(const toml::node& node, const std::string& key,
            const std::function<void(const toml::node&)>& take) const {
    const toml::array* list = node.as_array();
    if (!list) return take(node);
    if (list->empty()) fail(node.source(), key, "must not be empty");
    for (const toml::node& item : *list) take(item);
  }

  std::string model(const toml::node& node) const {
    const std::string token = word(node, "models");
    if (token == "all") return token;
    try {
      refuse_unknown_model(token);
    } catch (const UsageError& error) {
      fail(node.source(), "models", error.what());
    }
    return token;
  }

  void refuse_unknown_workload(const toml::node& node, const std::string& key,
                               const std::string& name) const {
    Words names;
    for (const WorkloadInfo& info : workload_infos()) names.emplace_back(info.about.name);
    if (std::ranges::count(names, name) == 0) {
      fail(node.source(), key,
           fmt::format("there is no workload '{}'{}", name, did_you_mean(name, names)));
    }
  }

  // [sizes.WORKLOAD], each with PARAMETER = VALUE or a list of values to be run in turn.
  Sweeps sizes(const toml::node& node) const {
    const toml::table* table = node.as_table();
    if (!table) fail(node.source(), "sizes", "must be tables such as [sizes.fib]");
    Sweeps sweeps;
    for (const auto& [key, params] : *table) {
      const std::string name(key.str());
      refuse_unknown_workload(params, "sizes." + name, name);
      const toml::table* values = params.as_table();
      if (!values) {
        fail(params.source(), "sizes." + name, fmt::format("must be a table: [sizes.{}]", name));
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
      fail(node.source(), key,
           fmt::format("{} has no such parameter{}; it has {}", workload,
                       did_you_mean(param, names), fmt::join(names, ", ")));
    }
    std::vector<Value> values;
    each(node, key, [&](const toml::node& item) {
      if (!item.is_integer() && !item.is_string()) {
        fail(item.source(), key, "must be a whole number, a word, or a list of them");
      }
      try {
        values.push_back(parse_value(workload, *info, text_of(item)));
      } catch (const BadParameter& error) {
        fail(item.source(), key, error.what());
      }
    });
    return values;
  }

  static std::string text_of(const toml::node& item) {
    if (const auto* number = item.as_integer()) return fmt::to_string(number->get());
    return item.as_string()->get();
  }

  std::string path_;
  toml::table table_;
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
