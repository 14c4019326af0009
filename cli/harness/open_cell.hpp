// One cell, open in one worker process: asked to run, and every answer checked before it counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "cli/harness/environment.hpp"
#include "cli/harness/observation.hpp"
#include "cli/harness/process.hpp"
#include "models/machine/topology.hpp"
#include "reports/result/result.hpp"
#include "workloads/workload.hpp"

namespace concbench {

// The worker declined the cell: no failure, but a pair or a size that cannot be, and why.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// No answer in time, while others had these CPUs: a busy machine is no fault of the cell's.
struct OutOfTime : WorkerFailure {
  OutOfTime(const std::string& what, std::optional<double> foreign_share);
  std::optional<double> foreign_share;  // of the CPUs of the cell; nothing if it was small
};

class OpenCell {
 public:
  // With `any` the worker is to try sizes too that the machine's limits seem to forbid.
  enum class Sizes { within_limits, any };

  // Throws Refused, WorkerFailure or Interrupted, as all that follows.
  OpenCell(const Candidate& candidate, const Workload& workload, const Placement& placement,
           Process::Clock::time_point deadline, Sizes sizes = Sizes::within_limits);

  // Runs the cell that many times. A sample is only returned if the answer was right, each
  // operation was done, and every worker was where it was placed.
  // An observed run may take longer; `notice` then tells what it noticed.
  Sample run(std::int64_t iterations, bool observe = false);
  const Notice& notice() const { return notice_; }
  // How often it has run something.
  std::int64_t runs() const { return runs_; }

  // Runs it once more, counted: events per operation, null with a note where they cannot be had.
  void count(std::int64_t iterations, Measures& into);

  // Ends the worker in order, and tells what is known of the process as a whole.
  ProcessInfo close();

  const std::string& answer() const { return answer_; }
  // Where the workers were seen, over all runs so far.
  const std::vector<ObservedWorker>& workers() const { return workers_; }
  // What the worker says about how it ran, once it is closed.
  const std::map<std::string, std::string>& notes() const { return notes_; }

 private:
  struct Sighting {
    Process::Clock::time_point time;
    std::optional<std::int64_t> migrations, worker_cpu_ns;
    std::optional<CpuTimes> machine;
    std::int64_t own_cpu_ns;
  };
  Sighting look() const;
  void require_cpus_of_start() const;
  Json ask(const Json& message, const char* answer_type);
  Sample read_sample(const Json& message, std::int64_t iterations);
  std::optional<double> foreign_share(const Sighting& before, const Sighting& after) const;

  const Candidate& candidate_;
  std::vector<int> cpus_;
  std::optional<std::vector<int>>
      cpus_of_start_;  // of them, those of the worker's main thread once it was open
  std::uint64_t expected_answer_, expected_ops_;
  Process process_;
  Sighting start_;
  std::string answer_;
  std::vector<ObservedWorker> workers_;
  std::map<std::string, std::string> notes_;
  ProcessInfo info_;
  Notice notice_;
  std::int64_t runs_ = 0;
};

// Adds the sightings of the same workers in another process.
void merge_workers(std::vector<ObservedWorker>& into, const std::vector<ObservedWorker>& more);

// Adds the notes of another process: where it says something else, both are kept.
void merge_notes(std::map<std::string, std::string>& into,
                 const std::map<std::string, std::string>& more);

// Why these sightings contradict the placement, or "". With `pinned`, worker i belongs on
// requested[i] alone; without, every worker belongs somewhere in the set.
std::string misplaced(const std::vector<int>& requested, const std::vector<ObservedWorker>& workers,
                      bool pinned);

}  // namespace concbench
