#include "reports/result/params_json.hpp"

#include <variant>

namespace concbench {

Json to_json(const Params& params) {
  Json object = Json::object();
  for (const auto& [name, value] : params) {
    std::visit([&, &key = name](const auto& of_a_kind) { object[key] = of_a_kind; }, value);
  }
  return object;
}

Params params_from_json(const Json& json, std::string_view name) {
  Params params;
  for (const auto& [key, value] : as_object(json, name).items()) {
    const std::string path = std::string(name) + '.' + key;
    if (value.is_string()) {
      params[key] = value.get<std::string>();
    } else {
      params[key] = as_integer(value, path);
    }
  }
  return params;
}

}  // namespace concbench
