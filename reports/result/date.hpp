// Points in time as results write them.
#pragma once

#include <string_view>

namespace concbench {

// Whether it is a date and time of RFC 3339 that the calendar has: "2026-11-27T18:34:45+02:00".
// A leap second is none, since clocks of Unix do not count it.
bool is_date(std::string_view text);

}  // namespace concbench
