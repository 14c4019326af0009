// Quantities as people read them: three significant digits and a unit that fits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace concbench {

std::string duration_text(double ns);  // "0.980 ns", "12.5 µs", "3.00 s"
std::string range_text(double low, double high,
                       double unit_of);      // in the unit of a third: "9.80–10.2 ns"
std::string rate_text(double per_second);    // "980 k", "1.02 G"
std::string bytes_text(std::int64_t bytes);  // "512 B", "3.12 MiB"
std::string ratio_text(double ratio);        // "1.00", "35.1", "12,345"
std::string level_text(double level);        // "96.9 %"
std::string percent_text(double share);      // "0.25 %", "4.2 %", "130 %"

// "1 min 20 s", of seconds that are still to come.
std::string spoken_time(double seconds);

}  // namespace concbench
