#include "cli/options/words.hpp"

#include <algorithm>

#include "cli/harness/presets.hpp"

namespace concbench::options {

Words split_list(const std::string& option, const std::string& text) {
  Words parts = split(text, ',');
  if (std::ranges::count(parts, "") > 0) {
    throw UsageError(fmt::format("{}={}: an empty item", option, text));
  }
  return parts;
}

double parse_timeout(const std::string& text, double otherwise) {
  return text.empty() ? otherwise
                      : parse_number("--timeout", text, timeout_range.low, timeout_range.high);
}

std::vector<int> parse_cpus(const std::string& option, const std::string& text) {
  std::vector<int> cpus;
  for (const std::string& part : split_list(option, text)) {
    const std::size_t dash = part.find('-');
    const int first = parse_number<int>(option, part.substr(0, dash), 0, 65'535);
    const int last =
        dash == part.npos ? first : parse_number<int>(option, part.substr(dash + 1), first, 65'535);
    for (int cpu = first; cpu <= last; ++cpu) {
      if (std::ranges::count(cpus, cpu)) {
        throw UsageError(fmt::format("{}={}: CPU {} is named twice", option, text, cpu));
      }
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

std::vector<int> parse_cores(const std::string& text) {
  std::vector<int> cores;
  if (text.empty()) return cores;
  for (const std::string& part : split_list("--cores", text)) {
    const int count = parse_number<int>("--cores", part, cores_range.low, cores_range.high);
    if (!std::ranges::count(cores, count)) cores.push_back(count);
  }
  return cores;
}

}  // namespace concbench::options
