// How fast the cores run, and whether that changes.
#include <fmt/format.h>

#include "cli/commands/doctor/checks.hpp"

namespace concbench::checkup {
namespace {

const std::string cpus = "/sys/devices/system/cpu/";

Observation governor(const Evidence& evidence) {
  const auto& name = evidence.environment.governor;
  if (!name) return unknown(evidence, "governor");
  return {*name == "performance" ? Severity::ok : Severity::warning, *name};
}

Observation boost(const Evidence& evidence) {
  const auto on = evidence.environment.boost;
  if (!on) return unknown(evidence, "boost");
  if (!*on) return {Severity::ok, "off"};
  const bool intel = number_in(evidence, cpus + "intel_pstate/no_turbo").has_value();
  return {Severity::warning, "on",
          intel ? "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo"
                : "echo 0 > /sys/devices/system/cpu/cpufreq/boost"};
}

Observation thermal(const Evidence& evidence) {
  std::uint64_t cores = 0, packages = 0;
  bool known = false;
  for (const int cpu : evidence.online) {
    const std::string folder = fmt::format("{}cpu{}/thermal_throttle/", cpus, cpu);
    const auto core = number_in(evidence, folder + "core_throttle_count");
    known = known || core;
    cores += core.value_or(0);
    // Each CPU of a package shows the package's count.
    packages =
        std::max(packages, number_in(evidence, folder + "package_throttle_count").value_or(0));
  }
  if (!known) {
    return {Severity::unavailable,
            "no thermal_throttle in /sys: not an Intel CPU, or a virtual machine"};
  }
  if (cores + packages == 0) return {Severity::ok, "never throttled since boot"};
  return {
      Severity::warning,
      fmt::format("throttled {} times (cores) and {} times (package) since boot", cores, packages)};
}

constexpr Check frequency_list[] = {
    {"governor",
     "Any governor but performance lets the frequency follow the load, so that short samples and "
     "models that wait run slower than they could.",
     "cpupower frequency-set --governor performance", governor},
    {"boost",
     "With boost the frequency depends on how many cores are busy and how warm they are, so that "
     "one core looks better than many and early cells better than late ones.",
     "", boost},
    {"thermal",
     "A CPU that is too hot is slowed down, for as long as it stays hot: later cells look worse.",
     "improve the cooling, or switch boost off", thermal},
};

}  // namespace

const std::span<const Check> frequency_checks = frequency_list;

}  // namespace concbench::checkup
