// Any bytes as a preset's file: refused with the file and the line, or values within their ranges.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "cli/exit_codes.hpp"
#include "cli/harness/catalog.hpp"
#include "cli/harness/presets.hpp"

namespace concbench {

// Stands in for the catalog, which would bring all models.
void refuse_unknown_model(std::string_view token) {
  if (token != "pool" && token != "fibers:stack=16k") throw UsageError("there is no such model");
}

namespace {

void require(bool held) {
  if (!held) __builtin_trap();
}

template <class Number>
bool within(const Range<Number>& range, Number value) {
  return value >= range.low && value <= range.high;
}

void read(const std::string& path) {
  try {
    const Preset preset = find_preset(path);
    require(within(processes_range, preset.processes));
    require(within(repetitions_range, preset.repetitions));
    require(within(min_time_range, preset.min_time_s));
    require(within(timeout_range, preset.timeout_s));
    for (const int cores : preset.cores) require(within(cores_range, cores));
  } catch (const UsageError& error) {
    require(std::string(error.what()).find(path) != std::string::npos);
  }
}

}  // namespace
}  // namespace concbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("preset", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    __builtin_trap();
  }
  concbench::read("/proc/self/fd/" + std::to_string(file));
  return 0;
}
