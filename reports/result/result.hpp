// A result: everything known about a run. Plain data; reports/json.* reads and writes it.
//
// Times are whole nanoseconds and sizes bytes, and say so in their names. What is not known is an
// empty optional, never 0; where a reader would ask why, `notes` of the owner says it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/result/finding.hpp"

namespace concbench {

using ParamValue = std::variant<std::int64_t, std::string>;
// The same type as a workload's, which this folder does not know.
using Params = std::map<std::string, ParamValue, std::less<>>;
std::string text_of(const ParamValue& value);

// One timing of one cell: `iterations` runs of its verb in one worker process, summed.
struct Sample {
  int process = 0;  // which of the cell's worker processes
  int index = 0;    // which of that process's samples
  std::int64_t iterations = 0;
  std::int64_t wall_ns = 0;
  std::uint64_t ops = 0;
  // Unknown also where an iteration is so short that reading the CPU clock would be most of it.
  std::optional<std::int64_t> cpu_ns;
  std::optional<std::int64_t> voluntary, involuntary;  // context switches
  std::optional<std::int64_t> migrations;              // of any thread or process of the worker
  std::int64_t span_ns = 0;                            // from asking the worker to its answer
  std::optional<std::int64_t> steal_ns;  // in that span, taken from the cell's CPUs by the host
  // In that span, used on the cell's CPUs by other programs. A difference of counts in ticks of
  // 10 ms: it means something summed over many samples, and one alone may be below 0.
  std::optional<std::int64_t> foreign_ns;
};

// A median over processes with the range that holds the true median at `Summary::level`.
struct Estimate {
  double median, low, high;
};

// The unit is the process: each estimate is over the medians of the processes.
struct Summary {
  Estimate ns_per_op, ops_per_s;
  std::optional<double> cpu_per_wall, cpu_ns_per_op;
  int processes = 0;
  double level = 0;  // confidence of the ranges, 1 − 2^(1 − processes)
};

// What is known of one worker process as a whole.
struct ProcessInfo {
  int index = 0;                               // `Sample::process`
  std::optional<std::string> host;             // where it ran
  std::optional<std::int64_t> warmup_runs;     // before those that were timed
  std::optional<std::int64_t> cold_start_ns;   // starting the model until its first task ran
  std::optional<std::int64_t> peak_rss_bytes;  // of the process itself
  std::optional<std::int64_t> children_peak_rss_bytes;  // of the largest process it started
};

// How many tasks of a model can be alive at once on this machine.
struct Ceiling {
  std::int64_t predicted = 0;         // from the limits, before anything was tried
  std::string limit;                  // the one that is met first
  std::optional<std::int64_t> found;  // the most that were alive when it was tried
  std::string how;                    // what was tried and met, or why nothing was tried
};

struct Memory {
  std::optional<std::int64_t> peak_rss_bytes;           // of the worker process
  std::optional<std::int64_t> children_peak_rss_bytes;  // of its largest child
  // Of hold: (while all are alive − before any was made) ÷ tasks. The kernel's part is read off the
  // whole machine, so that few tasks may be lost in what others do.
  std::optional<std::int64_t> user_bytes_per_task, kernel_bytes_per_task;
  std::optional<Ceiling> ceiling;
};

// Durations of what the shape makes a task wait for, of all observed samples of a cell. Each is
// known to within 0.8 %.
struct Latency {
  struct Bucket {
    std::int64_t low_ns, count;
  };
  std::string what;  // "past the deadline"
  std::int64_t count = 0;
  std::int64_t p50 = 0, p90 = 0, p99 = 0, p999 = 0, p9999 = 0, max = 0;
  std::optional<Estimate> p99_of_processes;  // over the p99 that each process saw
  std::vector<Bucket> buckets;               // those with a count, ascending
};

// Of a lock: how many sections the slowest and the quickest task had had when the first was
// through.
struct Fairness {
  std::int64_t share_low = 0, share_high = 0;
  std::int64_t longest_wait_ns = 0;
};

// What some shapes tell besides their time; medians over the observed samples.
struct Measures {
  std::optional<std::int64_t> cold_start_ns;  // median over processes
  std::optional<std::int64_t> peak_live;  // hold: tasks alive at once, as they counted themselves
  std::optional<std::int64_t> make_ns, release_ns;  // hold: until all are alive; until all are gone
  std::optional<double> overlap;                    // recipe: sum of waits ÷ makespan
  // recipe: work of the greedy tasks ÷ (cores × makespan)
  std::optional<double> greedy_share;
  std::optional<Fairness> fairness;  // contend
  // yield, of tasks that the kernel schedules: those yields that made it run another task.
  std::optional<double> switched_share;
  // serve, open loop: how late the generator sent requests, as a share of their latency.
  std::optional<double> generator_lateness;
  // grain: the smallest task of which the cores spend half their time on its work.
  std::optional<double> metg_ns;
  // Events of the whole worker over the timed samples, per operation; null with its reason in
  // `counter_notes`.
  std::map<std::string, std::optional<double>> counters;
  std::map<std::string, std::string> counter_notes;
};

struct ObservedWorker {
  int cpu = -1;  // bound to, as read back; -1: free in the requested set
  std::vector<int> observed;
  std::int64_t migrations = 0;
};

enum class Status { ok, failed, crashed, timeout, skipped };
std::string_view name_of(Status status);

struct Cell {
  std::string model;  // with its variant: "fibers:stack=64k"
  std::string workload, shape, op;
  Params params;
  int cores = 0;
  std::string layout;
  bool oversubscribed = false;

  Status status = Status::skipped;
  std::string reason;                 // why not ok; empty when ok
  std::vector<std::string> warnings;  // why an ok number deserves little trust
  std::string command;                // runs this cell alone in one process
  std::string answer;
  bool verified = false;

  std::vector<ProcessInfo> processes;
  std::vector<Sample> samples;
  std::optional<Summary> summary;
  Memory memory;
  std::optional<Latency> latency;
  Measures measures;

  std::vector<int> requested_cpus;
  std::vector<ObservedWorker> workers;       // merged over processes
  std::map<std::string, std::string> notes;  // what the model says about how it ran

  // "fibers/fib/n:27/cores:2": the name in Google Benchmark's terms, unique in a result. A layout
  // other than compact, the default, is added: "…/cores:2/layout:spread".
  std::string name() const;
  // Those of its processes, as far as they are known.
  std::set<std::string> hosts() const;
};

struct CacheInfo {
  int level = 0;
  std::int64_t size_bytes = 0;
  int count = 0;
};

struct MachineInfo {
  int packages = 0, numa = 0, cores = 0, pus = 0;
  std::vector<CacheInfo> caches;
  std::vector<int> allowed;
  std::optional<double> quota_cpus;
};

struct BuildInfo {
  std::string version, commit, compiler, flags, build_type;
  std::map<std::string, std::string> libraries;
};

// What of the machine's state bears on a timing. Empty: could not be read, see `notes`.
struct Environment {
  std::string host, cpu_model, kernel;
  std::optional<std::string> hypervisor, governor, microcode, clocksource;
  std::optional<bool> boost, smt, aslr;
  std::optional<std::string> cgroup;  // its path
  std::optional<int> niceness;
  std::optional<std::string> policy;             // of the kernel's scheduler: "other", "fifo", …
  std::map<std::string, std::string> variables;  // that workers were given and that change numbers
  std::vector<std::string> dropped_variables;    // that would have steered a runtime
  std::optional<double> load_1min;
  std::optional<double> steal_share;         // of all CPU time during the run
  std::map<std::string, std::string> notes;  // field → why it is unknown
  std::vector<Finding> findings;             // of `concbench doctor`, just before the run
};

struct Request {
  std::vector<std::string> argv;  // as typed, without the program
  std::string preset;
  int processes = 0, repetitions = 0;
  double min_time_s = 0, timeout_s = 0;
  std::optional<double> budget_s;
};

struct Result {
  static constexpr int schema = 1;
  bool complete = false;
  std::string date;  // RFC 3339, when the run began
  std::string program;
  std::uint64_t seed = 0;
  Request request;
  BuildInfo build;
  Environment environment;
  MachineInfo machine;
  std::vector<std::string> order;     // cell names with process, in the order they were run
  std::vector<std::string> adjusted;  // what --budget changed, in sentences
  std::vector<Cell> cells;

  // Where any of it was measured; several after --resume-anywhere.
  std::set<std::string> hosts() const;
};

}  // namespace concbench
