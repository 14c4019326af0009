// METG(50 %), the minimum effective task granularity: the smallest task of which the cores still
// spend half their time on its work.
// Source: E. Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel
// Runtime Performance", SC 2020. As there, a task's granularity is wall time × cores ÷ tasks,
// overhead included; the efficiency is the work's share of it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "cli/plan.hpp"

namespace concbench {

struct GrainPoint {
  double work_ns;         // of each task
  double granularity_ns;  // wall time × cores ÷ tasks
  double efficiency() const { return work_ns / granularity_ns; }
};

// Where a rising efficiency crosses one half, between the two points around it; nothing if it does
// not within the points.
std::optional<double> metg_ns(const std::vector<GrainPoint>& points);

// Runs the job's `grain` with tasks of several sizes, each in a worker of its own, until two are
// close on either side of one half. Throws what OpenCell throws.
std::optional<double> measure_metg(const Candidate& candidate, const Job& job);

}  // namespace concbench
