#include "models/machine/quota.hpp"

#include <algorithm>
#include <cstdint>

#include "models/machine/cgroup.hpp"
#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

std::optional<double> quota_of(const std::string& directory) {
  std::optional<std::uint64_t> quota, period;
  if (const auto both = read_line(directory + "/cpu.max")) {  // "150000 100000" or "max 100000"
    quota = leading_number(*both);
    const auto blank = both->find(' ');
    if (blank != std::string::npos) period = leading_number(both->substr(blank + 1));
  } else {
    quota = read_number(directory + "/cpu.cfs_quota_us");
    period = read_number(directory + "/cpu.cfs_period_us");
  }
  if (!quota || !period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

std::optional<double> cgroup_quota(const std::string& root) {
  std::optional<double> tightest;
  for (const std::string& directory : cgroup_directories("cpu", root)) {
    const auto quota = quota_of(directory);
    if (quota) tightest = std::min(*quota, tightest.value_or(*quota));
  }
  return tightest;
}

std::size_t workers_within(std::optional<double> quota, std::size_t most) {
  if (!quota) return most;
  const auto whole = static_cast<std::size_t>(std::clamp(*quota, 1.0, 1e9));
  return std::min(most, whole);
}

}  // namespace concbench
