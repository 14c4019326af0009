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

std::set<std::string> Cell::hosts() const {
  std::set<std::string> hosts;
  for (const ProcessInfo& process : processes) {
    if (process.host) hosts.insert(*process.host);
  }
  return hosts;
}

// Older results name their host but once.
std::set<std::string> Result::hosts() const {
  std::set<std::string> all;
  for (const Cell& cell : cells) {
    all.merge(cell.hosts());
    if (cell.hosts().empty() && !cell.processes.empty()) all.insert(environment.host);
  }
  return all;
}

}  // namespace concbench
