// What a worker makes the processor and the kernel do, by the kernel's perf events, and the energy
// that the machine takes meanwhile.
//
// An event that is passed on to new threads makes each of them dearer, so that these are counted in
// a run of their own and not in those that are timed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace concbench {

class Counters {
 public:
  // Counts for all threads that the process has now and all that they will start.
  explicit Counters(pid_t pid);
  ~Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  // Since the construction, by name; what could not be counted is null.
  std::map<std::string, std::optional<std::int64_t>> read() const;
  // Why, by the same names.
  const std::map<std::string, std::string>& notes() const { return notes_; }

  // Those of the processor itself.
  static std::vector<std::string> hardware_names();

 private:
  std::optional<std::int64_t> sum(const std::vector<int>& files) const;

  std::map<std::string, std::vector<int>> files_;  // an event: a file for each thread
  std::vector<std::string> energy_zones_;
  std::optional<std::int64_t> energy_before_;
  std::map<std::string, std::string> notes_;
};

}  // namespace concbench
