// What a task of a tree hands up: its result, and how many tasks took part in it. Counted without
// sharing, since a counter for all would be the most contended thing in the run.
#pragma once

#include <cstdint>

namespace concbench::peers {

template <class K>
struct Tally {
  typename K::Result result{};
  std::uint64_t tasks = 1;

  // The tally of a node from those of its children, folded in order.
  template <class Tallies>
  static Tally of(const K& kernel, const Tallies& children) {
    auto child = children.begin();
    Tally all{child->result, 1 + child->tasks};
    while (++child != children.end()) {
      all.result = kernel.fold(all.result, child->result);
      all.tasks += child->tasks;
    }
    return all;
  }
};

}  // namespace concbench::peers
