#include "cli/commands/claims/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "cli/commands/claims/isolation.hpp"
#include "cli/commands/claims/process_costs.hpp"
#include "models/machine/topology.hpp"
#include "reports/statistics/scaling.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench::claims {
namespace {

constexpr double kibi = 1024, mebi = kibi * kibi, gibi = kibi * mebi;

Estimate scaled(Estimate estimate, double by) {
  return {estimate.median * by, estimate.low * by, estimate.high * by};
}
Estimate exactly(double value) { return {value, value, value}; }

// The median of independent timings and the order statistics that hold it with some 95 %
// (David and Nagaraja, Order Statistics, section 7.1: binomial, normal approximation).
Estimate middle_of(std::vector<double> values) {
  std::ranges::sort(values);
  const double n = static_cast<double>(values.size()), half = 0.98 * std::sqrt(n);
  const auto at = [&](double rank) {
    return values[static_cast<std::size_t>(std::clamp(rank, 0.0, n - 1))];
  };
  return {median(values), at(n / 2 - half), at(n / 2 + half)};
}

const Cell& ok(const Cell& cell) {
  if (cell.status != Status::ok) throw std::runtime_error(cell.reason);
  return cell;
}

// ---- Ways to measure

auto time_per_op(Need need, double unit_ns) {
  return [=](Evidence& evidence) {
    return scaled(ok(evidence.cell(need)).summary->ns_per_op, 1 / unit_ns);
  };
}

// Of the processes' sums: context switches per operation. Whoever wakes another may lose its core
// to it at once, which the kernel calls involuntary.
auto switches_per_op(Need need) {
  return [=](Evidence& evidence) {
    std::map<int, std::pair<double, double>> sums;
    for (const Sample& sample : ok(evidence.cell(need)).samples) {
      if (!sample.voluntary || !sample.involuntary)
        throw std::runtime_error("the kernel's count was not read");
      sums[sample.process].first += static_cast<double>(*sample.voluntary + *sample.involuntary);
      sums[sample.process].second += static_cast<double>(sample.ops);
    }
    std::vector<double> shares;
    for (const auto& [process, sum] : sums) shares.push_back(sum.first / sum.second);
    return estimate(shares);
  };
}

auto bytes_per_task(Need need, double unit) {
  return [=](Evidence& evidence) {
    const Memory& memory = ok(evidence.cell(need)).memory;
    if (!memory.user_bytes_per_task || !memory.kernel_bytes_per_task) {
      throw std::runtime_error("the kernel does not report its part of the memory");
    }
    return exactly(
        static_cast<double>(*memory.user_bytes_per_task + *memory.kernel_bytes_per_task) / unit);
  };
}

// The most alive at once: as many as were asked for, or the ceiling that was found.
auto most_alive(Need need) {
  return [=](Evidence& evidence) {
    const Cell& cell = evidence.cell(need);
    if (cell.status == Status::ok) return exactly(static_cast<double>(*cell.measures.peak_live));
    if (!cell.memory.ceiling) throw std::runtime_error(cell.reason);
    const Ceiling& ceiling = *cell.memory.ceiling;
    return exactly(static_cast<double>(ceiling.found.value_or(ceiling.predicted)));
  };
}

auto overlap(Need need) {
  return [=](Evidence& evidence) { return exactly(*ok(evidence.cell(need)).measures.overlap); };
}

Estimate grain_speedup(Evidence& evidence) {
  const Need need{"pool", "grain", {{"ns", std::int64_t{20'000}}}, 1};
  Need many = need;
  many.cores = evidence.cores();
  if (many.cores < 2) throw std::runtime_error("this program may use only one core");
  const Estimate one = ok(evidence.cell(need)).summary->ns_per_op;
  const Estimate all = ok(evidence.cell(many)).summary->ns_per_op;
  return {one.median / all.median, one.low / all.high, one.high / all.low};
}

// How many times as much a thread's creation takes.
Estimate thread_by_goroutine(Evidence& evidence) {
  const Estimate thread = ok(evidence.cell({"threads", "spawn"})).summary->ns_per_op;
  const Estimate goroutine = ok(evidence.cell({"goroutines", "spawn"})).summary->ns_per_op;
  return {thread.median / goroutine.median, thread.low / goroutine.high,
          thread.high / goroutine.low};
}

auto timed(std::vector<double> (*measure)(int), int times) {
  return [=](Evidence&) { return scaled(middle_of(measure(times)), 1e-6); };
}

// ---- The rows

const Params same_worker{{"place", "same"}};
const Params thousand{{"n", std::int64_t{1'000}}}, many{{"n", std::int64_t{100'000}}};

std::vector<Row> about_processes() {
  const std::string claim = "Starting a process takes milliseconds";
  const Claimed milliseconds{1, 10, "ms"};
  std::vector<Row> list;
  list.push_back({"process.fork", claim, milliseconds, "fork, exit and wait, 200 times; median",
                  timed([](int times) { return fork_ns(times); }, 200)});
  list.push_back({"process.fork_1gib", claim, milliseconds,
                  "the same from a process with 1 GiB of resident memory, in small pages, 15 times",
                  timed([](int times) { return fork_ns(times, std::size_t{1} << 30); }, 15)});
  list.push_back(
      {"process.posix_spawn", claim, milliseconds,
       "posix_spawn of /bin/true, which glibc does as vfork does, until it was waited for, 100 "
       "times",
       timed(posix_spawn_ns, 100)});
  list.push_back({"process.fork_exec", claim, milliseconds,
                  "fork and exec of /bin/true, until waited for, 100 times",
                  timed(fork_exec_ns, 100)});
  list.push_back({"process.isolation",
                  "Processes are isolated: a crash in one leaves the others",
                  {3, 3, "of 3"},
                  "one of four sibling processes raises SIGSEGV; those that still work afterwards",
                  [](Evidence&) { return exactly(processes_that_survive_a_crash(3)); }});
  list.push_back({"process.memory",
                  "Processes share no memory",
                  {0, 0, "writes seen"},
                  "a child writes to a variable that its parent then reads",
                  [](Evidence&) { return exactly(processes_see_writes()); }});
  return list;
}

std::vector<Row> about_threads() {
  const std::string stacks = "A thread's stack takes 1–8 MB, so that 1,000 threads cost 1–8 GB";
  std::vector<Row> list;
  list.push_back({"thread.create",
                  "Creating a thread takes 1–10 µs",
                  {1, 10, "µs"},
                  "cell threads/spawn on one core: std::thread made and joined, 1,000 at a time",
                  time_per_op({"threads", "spawn"}, 1e3)});
  list.push_back({"thread.crash",
                  "A crash in a thread takes the whole process with it",
                  {0, 0, "of 3"},
                  "one of four threads raises SIGSEGV; those that still work afterwards",
                  [](Evidence&) { return exactly(threads_that_survive_a_crash(3)); }});
  list.push_back({"thread.memory",
                  "Threads share their memory",
                  {1, 1, "writes seen"},
                  "a thread writes to a variable that its maker then reads",
                  [](Evidence&) { return exactly(threads_see_writes()); }});
  list.push_back({"thread.stack_virtual",
                  stacks,
                  {1, 8, "MiB"},
                  "growth of the address space (VmSize) with 1,000 threads, for each",
                  [](Evidence&) { return exactly(threads_virtual_bytes(1'000) / 1'000 / mebi); }});
  list.push_back(
      {"thread.stack_physical",
       stacks,
       {1, 8, "MiB"},
       "cell threads/hold with 1,000 threads parked: memory of the program and of the kernel, for "
       "each",
       bytes_per_task({"threads", "hold", thousand}, mebi)});
  list.push_back({"thread.thousand_virtual",
                  stacks,
                  {1, 8, "GiB"},
                  "growth of the address space (VmSize) with 1,000 threads",
                  [](Evidence&) { return exactly(threads_virtual_bytes(1'000) / gibi); }});
  list.push_back(
      {"thread.thousand_physical",
       stacks,
       {1, 8, "GiB"},
       "cell threads/hold with 1,000 threads parked: memory of the program and of the kernel",
       bytes_per_task({"threads", "hold", thousand}, gibi / 1'000)});
  list.push_back(
      {"switch.same_core",
       "A context switch takes 1–10 µs",
       {1, 10, "µs"},
       "cell threads/ping_pong, both on one core: a hop is one switch and the futex call that "
       "causes it",
       time_per_op({"threads", "ping_pong", same_worker}, 1e3)});
  list.push_back({"switch.other_core",
                  "A context switch takes 1–10 µs",
                  {1, 10, "µs"},
                  "cell threads/ping_pong, one on each of two cores: a hop wakes a sleeping core",
                  time_per_op({"threads", "ping_pong", {{"place", "cross"}}, 2}, 1e3)});
  return list;
}

std::vector<Row> about_switching() {
  std::vector<Row> list;
  list.push_back({"switch.kernel.threads",
                  "Switching between threads enters the kernel",
                  {1, {}, "per hop"},
                  "context switches, as the kernel counts them, of cell "
                  "threads/ping_pong on one core",
                  switches_per_op({"threads", "ping_pong", same_worker})});
  for (const std::string model : {"fibers", "coroutines", "goroutines"}) {
    list.push_back({fmt::format("switch.kernel.{}", model),
                    fmt::format("Switching between {} does not enter the kernel", model),
                    {{}, 0.01, "per hop"},
                    fmt::format("context switches, as the kernel counts them, of cell "
                                "{}/ping_pong on one core",
                                model),
                    switches_per_op({model, "ping_pong", same_worker})});
  }
  return list;
}

std::vector<Row> about_many_tasks() {
  std::vector<Row> list;
  list.push_back({"tasks_100000.threads",
                  "100,000 connections cannot have 100,000 threads",
                  {{}, 99'999, "alive"},
                  "cell threads/hold asked for 100,000: those alive at once, or the most "
                  "that could be",
                  most_alive({"threads", "hold", many})});
  for (const std::string model : {"fibers", "coroutines", "goroutines"}) {
    list.push_back(
        {fmt::format("tasks_100000.{}", model),
         fmt::format("100,000 {} can be alive at once", model),
         {100'000, {}, "alive"},
         fmt::format("cell {}/hold asked for 100,000, as they counted themselves", model),
         most_alive({model, "hold", many})});
  }
  return list;
}

std::vector<Row> about_structure(int cores) {
  const double all = std::max(cores, 2);
  std::vector<Row> list;
  list.push_back(
      {"concurrency.one_core",
       "One cook keeps many pots going: waits overlap on one core",
       {2, 8, "×"},
       "cell fibers/chef on one core, 8 dishes: the sum of all waits over the time of the meal",
       overlap({"fibers", "chef"})});
  list.push_back({"concurrency.none",
                  "A cook who watches each pot does one dish after another",
                  {{}, 1, "×"},
                  "cell serial/chef, 8 dishes: the sum of all waits over the time of the meal",
                  overlap({"serial", "chef"})});
  list.push_back({"parallelism.cores",
                  "Parallelism needs cores, and then many cooks chop at the same time",
                  {all, all, "×"},
                  "cell pool/grain, tasks of 20 µs: the speed on all cores over that on one",
                  grain_speedup});
  return list;
}

std::vector<Row> about_goroutines() {
  std::vector<Row> list;
  list.push_back(
      {"goroutine.create",
       "Goroutines are light: making a thread takes many times as long",
       {10, {}, "×"},
       "cells threads/spawn and goroutines/spawn on one core: the quotient of their times",
       thread_by_goroutine});
  list.push_back(
      {"goroutine.memory",
       "Goroutines are light: one takes 2–8 KB",
       {2, 8, "KiB"},
       "cell goroutines/hold with 100,000 parked: memory of the program and of the kernel, for "
       "each",
       bytes_per_task({"goroutines", "hold", many}, kibi)});
  list.push_back({"goroutine.switch",
                  "Goroutines are light: switching takes less than a thread's 1–10 µs",
                  {{}, 1, "µs"},
                  "cell goroutines/ping_pong on one core, through an unbuffered channel",
                  time_per_op({"goroutines", "ping_pong", same_worker}, 1e3)});
  return list;
}

}  // namespace

std::vector<Row> rows(int cores) {
  std::vector<Row> all;
  for (auto part : {about_processes(), about_threads(), about_switching(), about_many_tasks(),
                    about_structure(cores), about_goroutines()}) {
    std::ranges::move(part, std::back_inserter(all));
  }
  return all;
}

}  // namespace concbench::claims
