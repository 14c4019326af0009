// What a task of a tree hands up: its result, and how many tasks took part in it. Counted without
// sharing, since a counter for all would be the most contended thing in the run.
#pragma once

#include <cstdint>

namespace concbench {

// Kernels with the same type of result share one type of tally, and with it all the library code
// that is instantiated for it.
template <class Result>
struct TallyOf {
  Result result{};
  std::uint64_t tasks = 1;

  // The tally of a node from those of its children, folded in order.
  template <class K, class Tallies>
  static TallyOf of(const K& kernel, const Tallies& children) {
    auto child = children.begin();
    TallyOf all{child->result, 1 + child->tasks};
    while (++child != children.end()) {
      all.result = kernel.fold(all.result, child->result);
      all.tasks += child->tasks;
    }
    return all;
  }
};

template <class K>
using Tally = TallyOf<typename K::Result>;

}  // namespace concbench
