// METG(50 %), the minimum effective task granularity: the smallest task of which the cores still
// spend half their time on its work.
// Source: E. Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel
// Runtime Performance", SC 2020. As there, a task's granularity is wall time × cores ÷ tasks,
// overhead included; the efficiency is the work's share of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "cli/harness/plan.hpp"

namespace concbench {

// Whether it is the workload whose tasks have a length that can be varied.
bool has_metg(const Workload& workload);

struct GrainPoint {
  double work_ns;         // of each task
  double granularity_ns;  // wall time × cores ÷ tasks
  double efficiency() const { return work_ns / granularity_ns; }
};

// Where a rising efficiency crosses one half, between the two points around it; nothing if it does
// not within the points.
std::optional<double> metg_ns(const std::vector<GrainPoint>& points);

// Runs tasks of several sizes until two are close on either side of one half; nothing if tasks of a
// millisecond do not reach it.
std::optional<double> search_metg(const std::function<GrainPoint(std::int64_t work_ns)>& run);

// That of the job's `grain`, each size in a worker process of its own. Throws what OpenCell throws.
std::optional<double> measure_metg(const Candidate& candidate, const Job& job, double timeout_s);

// How long that takes, in seconds, by the job's estimate.
double expected_metg_time(const Job& job);

}  // namespace concbench
