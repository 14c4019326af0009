// A pair: one worker process of BASE and one of NEW, whose slices took turns. The unit of all
// inference of `check`, since slices of one process share its layout and its neighbours.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concbench {

// What the machine did around a pair. It explains a verdict and filters nothing: whoever dropped
// the disturbed pairs would choose the result.
struct Conditions {
  std::int64_t reference_before_ns = 0, reference_after_ns = 0;  // a fixed piece of work
  std::int64_t span_ns = 0;                                      // the slices and all between them
  std::optional<std::int64_t> steal_ns = {};    // taken from the cell's CPUs by the hypervisor
  std::optional<std::int64_t> foreign_ns = {};  // used on them by other programs
  std::optional<int> runnable = {};             // tasks that had or wanted a CPU, without our own
};

struct Pair {
  bool new_first = false;  // how the coin fell
  std::vector<std::int64_t> base_ns = {},
                            new_ns = {};  // slice by slice, of the same number of iterations
  Conditions conditions = {};
};

// The median over the slices of log(new/base): above 0, NEW is slower.
double log_ratio(const Pair& pair);

// What disturbed these pairs on their number of CPUs, in phrases; empty if nothing did.
std::vector<std::string> disturbances(std::span<const Pair> pairs, std::size_t cpus);

}  // namespace concbench
