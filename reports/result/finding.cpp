#include "reports/result/finding.hpp"

namespace concbench {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::ok: return "ok";
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::unavailable: return "unavailable";
  }
  return "";
}

}  // namespace concbench
