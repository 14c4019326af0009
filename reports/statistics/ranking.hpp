// Which cells may be compared with each other, and in what order they come.
#pragma once

#include <optional>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

// The cells that ran the same workload with the same parameters on the same placement. Only these
// share a table: a ratio between others would compare different work.
struct Group {
  std::vector<const Cell*> ranked;    // ok, best first
  std::vector<const Cell*> unranked;  // all others, in the order of the result
  // The model `serial` on the same work, or null. It uses one core whatever the others got, so one
  // measured on another placement serves as well.
  const Cell* serial = nullptr;

  // Any of its cells: workload, parameters and placement are the same in all.
  const Cell& any() const { return ranked.empty() ? *unranked.front() : *ranked.front(); }
};

// In the order in which the result first has a cell of each; the cells must outlive the groups.
std::vector<Group> groups_of(const Result& result);

// The median time of one operation. `cell` must be ok.
double ns_per_op(const Cell& cell);

// Whether the load sets the pace and not the model: sleeps that end when they are due, requests
// that are sent when they are due. All models then take the same time for an operation, and what
// tells them apart is the latency.
bool is_paced(const Cell& cell);

// What cells of a group are ranked by, smaller being better: the p99 latency where the load sets
// the pace, else the time of one operation. Null where a program did not tell its latencies.
// `cell` must be ok.
std::optional<Estimate> ranking_metric(const Cell& cell);

// ranking_metric() as a multiple of that of the group's best.
std::optional<double> times_best(const Group& group, const Cell& cell);

}  // namespace concbench
