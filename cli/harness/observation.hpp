// The session's side of an observed run: what workers noticed besides the time, put together for a
// cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

// How many durations fell into each bucket of LatencyBuckets.
using Histogram = std::map<std::size_t, std::uint64_t>;

// What one sample noticed.
struct Notice {
  std::map<std::string, std::int64_t> measures;
  Histogram latency;
};

// From a sample that was asked for with "observe"; a worker that observes nothing says nothing.
// Throws BadJson.
Notice read_notice(const Json& sample);

// Gathers what was noticed in all the samples of a cell.
class Notices {
 public:
  // `wall_ns` is what the sample took, which the worker process `process` ran.
  void add(const Notice& notice, std::int64_t wall_ns, int process);
  void add_metg(double ns) { measures_["metg_ns"].push_back(ns); }
  // What is known now becomes part of the cell.
  void conclude(Shape shape, Cell& cell) const;

 private:
  void refuse_disturbed(Cell& cell) const;

  std::map<std::string, std::vector<double>> measures_;
  std::map<int, Histogram> latency_;  // of each process
};

}  // namespace concbench
