// A finding: one property of a machine that bears on timings, what it was found to be, and what to
// do about it.
#pragma once

#include <string>
#include <string_view>

namespace concbench {

enum class Severity {
  ok,
  note,         // worth knowing when numbers are read
  warning,      // makes numbers untrustworthy
  unavailable,  // could not be found out here
};
std::string_view name_of(Severity severity);

struct Finding {
  std::string id;  // "governor"
  Severity severity = Severity::unavailable;
  std::string found;   // "powersave"; or, if unavailable, why
  std::string effect;  // of this property on measurements, in one sentence
  std::string fix;     // a command; empty where there is nothing to mend
};

}  // namespace concbench
