// A result of a machine that does not exist, with a cell of every kind that a report has to show.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "reports/result/result.hpp"
#include "reports/statistics/statistics.hpp"
#include "tests/paths.hpp"

namespace concbench {

inline Cell example_cell(const std::string& model, const std::string& workload, Params params,
                         int cores) {
  Cell cell;
  cell.model = model;
  cell.workload = workload;
  cell.shape = workload == "fib" ? "fork_join" : "channel";
  cell.op = workload == "fib" ? "task" : "message";
  cell.params = std::move(params);
  cell.cores = cores;
  cell.layout = "compact";
  cell.command = "concbench run --model=" + model + " --workload=" + workload;
  for (int cpu = 0; cpu < cores; ++cpu) cell.requested_cpus.push_back(cpu);
  return cell;
}

// Two samples in each process, `ns_per_op` being the process's median.
inline Cell measured(Cell cell, const std::vector<double>& ns_per_op, double cpus) {
  constexpr std::uint64_t ops = 1'000'000;
  for (int process = 0; process < static_cast<int>(ns_per_op.size()); ++process) {
    for (int index = 0; index < 2; ++index) {
      Sample sample;
      sample.process = process;
      sample.index = index;
      sample.iterations = 100;
      sample.ops = ops;
      sample.wall_ns = static_cast<std::int64_t>(ns_per_op[static_cast<std::size_t>(process)] *
                                                 (index == 0 ? 0.99 : 1.01) * ops);
      sample.cpu_ns = static_cast<std::int64_t>(cpus * static_cast<double>(sample.wall_ns));
      sample.voluntary = 12 + process;
      sample.involuntary = index;
      sample.migrations = 0;
      cell.samples.push_back(sample);
    }
  }
  cell.status = Status::ok;
  cell.answer = "144";
  cell.verified = true;
  cell.summary = summarize(cell.samples);
  cell.memory.peak_rss_bytes = 3'276'800;
  cell.measures.cold_start_ns = 41'500;
  for (const int cpu : cell.requested_cpus) cell.workers.push_back({cpu, {cpu}, 0});
  return cell;
}

inline Cell unmeasured(Cell cell, Status status, const std::string& reason) {
  cell.status = status;
  cell.reason = reason;
  return cell;
}

inline Result example_result() {
  Result result;
  result.complete = true;
  result.date = "2026-01-31T12:00:00Z";
  result.program = "concbench";
  result.seed = 0xFFFF'FFFF'FFFF'FFFF;  // beyond what a signed integer or a double can hold
  result.request = {.argv = {"run", "--cores=2", "--seed=18446744073709551615"},
                    .preset = "quick",
                    .processes = 3,
                    .repetitions = 2,
                    .min_time_s = 0.1,
                    .timeout_s = 30,
                    .budget_s = 120.5};
  result.build = {.version = "0.1.0",
                  .commit = "0123456789ab",
                  .compiler = "GNU 12.2.0",
                  .flags = "-O3 -DNDEBUG",
                  .build_type = "Release",
                  .libraries = {{"benchmark", "1.7.1"}, {"hwloc", "2.9.0"}}};
  Environment& environment = result.environment;
  environment.host = "example";
  environment.cpu_model = "Example CPU 9000";
  environment.kernel = "Linux 6.1.0";
  environment.hypervisor = "kvm";
  environment.smt = true;
  environment.aslr = true;
  environment.clocksource = "tsc";
  environment.cgroup = "/user.slice";
  environment.load_1min = 0.25;
  environment.microcode = "0xa0";
  environment.notes = {{"governor", "the kernel offers no scaling_governor"}};
  environment.findings = {
      {"hypervisor", Severity::warning, "kvm", "A host decides when these CPUs run.",
       "use another"},
      {"boost", Severity::unavailable, "no boost in /sys", "Early cells look better.", ""},
      {"aslr", Severity::ok, "on", "Without it all processes share one layout.", ""}};
  result.machine = {.packages = 1,
                    .numa = 1,
                    .cores = 2,
                    .pus = 4,
                    .caches = {{1, 32'768, 2}, {3, 33'554'432, 1}},
                    .allowed = {0, 1, 2, 3},
                    .quota_cpus = 2.5};
  result.adjusted = {"--budget: repetitions lowered from 5 to 2."};

  const Params fib{{"n", std::int64_t{12}}};
  const Params mpmc{{"capacity", std::int64_t{64}},
                    {"messages", std::int64_t{10'000}},
                    {"place", std::string("any")}};
  const auto cell = [](const std::string& model, const auto& workload, const auto& params) {
    return example_cell(model, workload, params, 2);
  };
  std::vector<Cell>& cells = result.cells;
  cells.push_back(measured(cell("serial", "fib", fib), {0.98, 0.97, 1.02}, 1));
  cells.push_back(
      unmeasured(cell("processes", "fib", fib), Status::timeout, "no answer within 30 s"));
  cells.push_back(measured(cell("threads", "fib", fib), {47'700, 46'100, 52'300}, 1.37));
  cells.push_back(measured(cell("pool", "fib", fib), {1.02, 1.01, 1.4}, 1.99));
  cells.back().warnings = {"4.2 % of the CPU time was taken by other programs",
                           "processes differ by 38 %"};
  cells.push_back(measured(cell("fibers:stack=64k", "fib", fib), {5.11, 5.07}, 1.98));
  cells.back().warnings = {"4.2 % of the CPU time was taken by other programs"};
  cells.back().notes = {{"stack_guard", "MADV_GUARD_INSTALL"}};
  cells.push_back(unmeasured(cell("coroutines", "fib", fib), Status::failed,
                             "answered 143 where 144 was expected"));
  cells.push_back(measured(cell("exec:纤程 | ñandú", "fib", fib), {238, 231, 244}, 1.9));
  cells.back().memory = {};
  cells.back().measures.cold_start_ns.reset();
  cells.back().workers = {{-1, {0, 1}, 7}};
  for (Sample& sample : cells.back().samples) sample.cpu_ns.reset();
  cells.back().summary = summarize(cells.back().samples);

  for (const char* model : {"serial", "pool"}) {
    cells.push_back(unmeasured(cell(model, "mpmc", mpmc), Status::skipped,
                               "one task cannot wait for another, so a producer on a full channel "
                               "would never be woken by a consumer"));
  }
  cells.push_back(measured(cell("threads", "mpmc", mpmc), {278, 269, 301}, 1.8));
  cells.push_back(unmeasured(cell("fibers", "mpmc", mpmc), Status::crashed,
                             "ended by signal 11 (Segmentation fault)"));
  cells.push_back(measured(cell("goroutines", "mpmc", mpmc), {28.5, 28.1, 29.96}, 1.6));

  for (const Cell& ran : cells) {
    for (int process = 0; ran.summary && process < ran.summary->processes; ++process) {
      result.order.push_back(ran.name() + "#" + std::to_string(process));
    }
  }
  return result;
}

inline std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The approved text of a report, tests/data/NAME. After a change that is meant, run the test with
// CONCBENCH_APPROVE=1 in the environment and read the difference before committing it.
inline std::string approved(const std::string& name, const std::string& now) {
  const std::string path = in_source("tests/data/" + name);
  if (std::getenv("CONCBENCH_APPROVE")) std::ofstream(path, std::ios::binary) << now;
  return text_of_file(path);
}

}  // namespace concbench
