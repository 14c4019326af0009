#include "reports/result/finding_json.hpp"

#include <fmt/format.h>

namespace concbench {
namespace {

Json null_if_empty(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string text_or_empty(const Json& object, const char* key, const std::string& path) {
  const Json* text = optional_field(object, key);
  return text ? as_string(*text, path + '.' + key) : "";
}

Severity severity_of(const Json& object, const std::string& path) {
  const std::string name = string_field(object, "severity");
  for (const auto severity :
       {Severity::ok, Severity::note, Severity::warning, Severity::unavailable}) {
    if (name_of(severity) == name) return severity;
  }
  throw BadJson(fmt::format("\"{}.severity\" must be ok, note, warning or unavailable", path));
}

}  // namespace

Json to_json(const Finding& finding) {
  const bool known = finding.severity != Severity::unavailable;
  return {{"id", finding.id},
          {"severity", name_of(finding.severity)},
          {"found", known ? Json(finding.found) : Json(nullptr)},
          {"reason", known ? Json(nullptr) : Json(finding.found)},
          {"effect", finding.effect},
          {"fix", null_if_empty(finding.fix)}};
}

Finding finding_from_json(const Json& json, const std::string& path) {
  const Json& object = as_object(json, path);
  Finding finding;
  finding.id = string_field(object, "id");
  finding.severity = severity_of(object, path);
  finding.found =
      text_or_empty(object, finding.severity == Severity::unavailable ? "reason" : "found", path);
  finding.effect = string_field(object, "effect");
  finding.fix = text_or_empty(object, "fix", path);
  return finding;
}

}  // namespace concbench
