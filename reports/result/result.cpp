#include "reports/result/result.hpp"

#include <fmt/format.h>

namespace concbench {

std::string_view name_of(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::failed: return "failed";
    case Status::crashed: return "crashed";
    case Status::timeout: return "timeout";
    case Status::skipped: return "skipped";
  }
  return "";
}

std::string text_of(const ParamValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::to_string(*number);
  return std::get<std::string>(value);
}

std::string Cell::name() const {
  std::string name = model + '/' + workload;
  for (const auto& [key, value] : params) name += fmt::format("/{}:{}", key, text_of(value));
  name += fmt::format("/cores:{}", cores);
  if (!layout.empty() && layout != "compact") name += "/layout:" + layout;
  return name;
}

}  // namespace concbench
