#include "workloads/workloads.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace concbench {
namespace {

template <class K>
WorkloadInfo info_of() {
  WorkloadInfo info{K::about, {}};
  const K defaults;
  for (const Param<K>& p : K::params) {
    info.params.push_back(
        {p.name, p.help, p.low, p.high, p.quick, p.ci, p.full, p.choices, defaults.*p.field});
  }
  return info;
}

template <class... Ks>
std::vector<WorkloadInfo> infos_of(const std::variant<Ks...>*) {
  return {info_of<Ks>()...};
}

// What `make` makes of the kernel of that name, its parameters at their defaults.
template <std::size_t I = 0, class F>
Workload with_kernel(std::string_view name, F&& make) {
  if constexpr (I < std::variant_size_v<AnyKernel::variant>) {
    using K = std::variant_alternative_t<I, AnyKernel::variant>;
    if (K::about.name == name) return make(K{});
    return with_kernel<I + 1>(name, make);
  } else {
    throw BadParameter("there is no workload named '" + std::string(name) + "'");
  }
}

std::vector<std::string_view> words(std::string_view choices) {
  std::vector<std::string_view> out;
  for (std::size_t bar; (bar = choices.find('|')) != choices.npos; choices.remove_prefix(bar + 1)) {
    out.push_back(choices.substr(0, bar));
  }
  out.push_back(choices);
  return out;
}

std::string range_of(const ParamInfo& param) {
  if (!param.choices.empty()) return "one of " + std::string(param.choices);
  return "a whole number from " + std::to_string(param.low) + " to " + std::to_string(param.high);
}

// Whether the value fits, and what the field then holds.
bool field_of(const ParamInfo& param, const Value& value, std::int64_t& field) {
  if (param.choices.empty()) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (!number || *number < param.low || *number > param.high) return false;
    field = *number;
    return true;
  }
  const auto* word = std::get_if<std::string>(&value);
  const auto list = words(param.choices);
  const auto found = word ? std::find(list.begin(), list.end(), *word) : list.end();
  field = found - list.begin();
  return found != list.end();
}

[[noreturn]] void refuse(std::string_view workload, const ParamInfo& param, std::string_view text) {
  throw BadParameter(std::string(workload) + "." + std::string(param.name) + "=" +
                     std::string(text) + ": must be " + range_of(param));
}

}  // namespace

std::string to_string(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

const std::vector<WorkloadInfo>& workload_infos() {
  static const auto infos = infos_of(static_cast<const AnyKernel*>(nullptr));
  return infos;
}

const WorkloadInfo& workload_info(std::string_view name) {
  for (const WorkloadInfo& info : workload_infos()) {
    if (info.about.name == name) return info;
  }
  throw BadParameter("there is no workload named '" + std::string(name) + "'");
}

Value to_value(const ParamInfo& param, std::int64_t field) {
  if (param.choices.empty()) return field;
  return std::string(words(param.choices)[static_cast<std::size_t>(field)]);
}

Value parse_value(std::string_view workload, const ParamInfo& param, std::string_view text) {
  Value value = std::string(text);
  if (param.choices.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) refuse(workload, param, text);
    value = number;
  }
  std::int64_t field;
  if (!field_of(param, value, field)) refuse(workload, param, text);
  return value;
}

Workload make_workload(std::string_view name, const Params& params) {
  const WorkloadInfo& info = workload_info(name);
  for (const auto& [key, value] : params) {
    const bool known = std::any_of(info.params.begin(), info.params.end(),
                                   [&](const ParamInfo& p) { return p.name == key; });
    if (!known) {
      std::string names;
      for (const ParamInfo& p : info.params) {
        names += (names.empty() ? "" : ", ") + std::string(p.name);
      }
      throw BadParameter(std::string(name) + " has no parameter '" + key + "' (it has " + names +
                         ")");
    }
  }
  return with_kernel(name, [&]<class K>(K kernel) -> Workload {
    for (std::size_t i = 0; i < std::size(K::params); ++i) {
      const auto given = params.find(K::params[i].name);
      if (given == params.end()) continue;
      if (!field_of(info.params[i], given->second, kernel.*K::params[i].field)) {
        refuse(name, info.params[i], to_string(given->second));
      }
    }
    if constexpr (requires { kernel.invalid(); }) {
      if (const std::string why = kernel.invalid(); !why.empty()) throw BadParameter(why);
    }
    return kernel;
  });
}

Params params_of(const Workload& workload) {
  return std::visit(
      []<class K>(const K& kernel) {
        Params params;
        const WorkloadInfo& info = workload_info(K::about.name);
        for (std::size_t i = 0; i < std::size(K::params); ++i) {
          params.emplace(K::params[i].name, to_value(info.params[i], kernel.*K::params[i].field));
        }
        return params;
      },
      workload.kernel());
}

Workload with(const Workload& workload, std::string_view param, const Value& value) {
  Params params = params_of(workload);
  params.insert_or_assign(std::string(param), value);
  return make_workload(about(workload).name, params);
}

About about(const Workload& workload) {
  return std::visit([](const auto& kernel) { return kernel.about; }, workload.kernel());
}

Demand demand(const Workload& workload) {
  return std::visit([](const auto& kernel) { return kernel.demand(); }, workload.kernel());
}

std::uint64_t expected(const Workload& workload) {
  return std::visit([](const auto& kernel) { return kernel.expected(); }, workload.kernel());
}

}  // namespace concbench
