// The clock that every verb starts and stops at the ends of its timed interval, and what the
// process used in between.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "models/machine/system_file.hpp"

namespace concbench {

// What a timed interval took. Of children only what has been reaped is counted.
struct Usage {
  std::int64_t wall_ns = 0;
  std::int64_t cpu_ns = 0;       // of all threads and reaped children
  std::int64_t voluntary = 0;    // context switches because a thread waited
  std::int64_t involuntary = 0;  // context switches because the kernel took the CPU away

  Usage operator+(const Usage& other) const {
    return {wall_ns + other.wall_ns, cpu_ns + other.cpu_ns, voluntary + other.voluntary,
            involuntary + other.involuntary};
  }
  Usage operator-(const Usage& other) const {
    return {wall_ns - other.wall_ns, cpu_ns - other.cpu_ns, voluntary - other.voluntary,
            involuntary - other.involuntary};
  }
};

class Stopwatch {
 public:
  // Reading the usage costs microseconds; with `usage` false only the wall clock is read. The
  // threads that are there now are those whose running CPU time is read exactly.
  explicit Stopwatch(bool usage = true)
      : usage_(usage), threads_(usage ? own_threads() : std::vector<clockid_t>{}) {}

  // CLOCK_MONOTONIC, the same in all processes of a machine.
  static std::int64_t now() { return nanoseconds(CLOCK_MONOTONIC); }

  // Reading the usage is never timed: it is read before the wall clock here, and after it in stop.
  void start() {
    untimed_ns_ = untimed_cpu_ns_ = 0;
    if (usage_) before_ = used();
    started_ = now();
  }

  // Called by whoever ends last, on any thread that the verb joins before it returns.
  void stop() {
    stopped_ = now();
    if (usage_) after_ = used();
  }

  // The same, where the end was noted before.
  void stop_at(std::int64_t when) {
    stopped_ = when;
    if (usage_) after_ = used();
  }

  // The same, where the end was noted in another process, and the work done in such: what they told
  // of their use between the two ends is all there is. That of a child that has been reaped would
  // hold its start and its exit, too.
  void stop_at(std::int64_t when, const Usage& by_others) {
    stopped_ = when;
    after_ = before_ + by_others;
  }

  // What this process alone has used so far; nothing of its children, and all 0 where the kernel
  // does not tell.
  static Usage own() {
    rusage self{};
    getrusage(RUSAGE_SELF, &self);
    return {.cpu_ns = nanoseconds(CLOCK_PROCESS_CPUTIME_ID),
            .voluntary = self.ru_nvcsw,
            .involuntary = self.ru_nivcsw};
  }

  // By hold, between start and stop: so many tasks are alive, as they counted themselves. What that
  // costs is looked at now, out of the timed interval.
  void held(std::uint64_t alive) {
    const std::int64_t made = now();
    make_ns_ = made - started_;
    const std::int64_t cpu_before = usage_ ? used().cpu_ns : 0;
    if (on_held) on_held(alive);
    if (usage_) untimed_cpu_ns_ = used().cpu_ns - cpu_before;
    released_ = now();
    untimed_ns_ = released_ - made;
  }
  std::function<void(std::uint64_t alive)> on_held;
  std::int64_t last_make_ns() const { return make_ns_; }
  std::int64_t last_release_ns() const { return stopped_ - released_; }

  bool reads_usage() const { return usage_; }
  // When the interval began, by now().
  std::int64_t started_at() const { return started_; }

  // Adds the interval to the sum.
  void settle() {
    sum_.wall_ns += last_wall_ns();
    sum_.cpu_ns += after_.cpu_ns - before_.cpu_ns - untimed_cpu_ns_;
    sum_.voluntary += after_.voluntary - before_.voluntary;
    sum_.involuntary += after_.involuntary - before_.involuntary;
  }

  std::int64_t last_wall_ns() const { return stopped_ - started_ - untimed_ns_; }

  // The CPU time of an empty interval: what reading the usage costs.
  static std::int64_t overhead_ns() {
    constexpr int rounds = 200;
    Stopwatch empty;
    for (int i = 0; i < rounds; ++i) {
      empty.start();
      empty.stop();
      empty.settle();
    }
    return empty.sum().cpu_ns / rounds;
  }

  const Usage& sum() const { return sum_; }

 private:
  static std::int64_t nanoseconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);  // fails for a thread that has ended: it is in the process's sum
    return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_nsec;
  }

  // The CPU clocks of all threads of this process, numbered as Linux numbers them
  // (CPUCLOCK_SCHED | CPUCLOCK_PERTHREAD_MASK), which is what pthread_getcpuclockid gives.
  static std::vector<clockid_t> own_threads() {
    std::vector<clockid_t> clocks;
    for (const std::string& name : names_in("/proc/self/task")) {
      const int tid = std::stoi(name);
      clocks.push_back(static_cast<clockid_t>(~static_cast<unsigned>(tid) << 3 | 6));
    }
    return clocks;
  }

  Usage used() {
    // The clock of a process lags behind by what its other threads have run since their last tick
    // (Linux, thread_group_cputime): a second worker would be missing from a short interval.
    // Reading a thread's own clock brings it up to date.
    for (const clockid_t thread : threads_) nanoseconds(thread);
    rusage self{}, children{};
    if (getrusage(RUSAGE_SELF, &self) != 0 || getrusage(RUSAGE_CHILDREN, &children) != 0) {
      usage_ = false;  // a filter forbids it
    }
    const auto ns = [](timeval t) {
      return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_usec * std::int64_t{1'000};
    };
    return {.cpu_ns = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + ns(children.ru_utime) +
                      ns(children.ru_stime),
            .voluntary = self.ru_nvcsw + children.ru_nvcsw,
            .involuntary = self.ru_nivcsw + children.ru_nivcsw};
  }

  bool usage_;
  const std::vector<clockid_t> threads_;
  Usage before_, after_, sum_;
  std::int64_t started_ = 0, stopped_ = 0;
  std::int64_t make_ns_ = 0, released_ = 0, untimed_ns_ = 0, untimed_cpu_ns_ = 0;  // of hold
};

}  // namespace concbench
