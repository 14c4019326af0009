// A loop that is split on demand: whoever goes through a range looks now and then whether a thief
// has asked for work, and only then makes a task of the later half of what is left. A loop that
// nobody helps with is one task. The parent goes through the whole range, less what is cut off.
//
// Idea: lazy binary splitting (Tzannes, Caragea, Barua, Vishkin, "Lazy Binary-Splitting", PPoPP
// 2010), with a thief's request in place of an empty queue.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

#include "models/iterations.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

template <class K>
class SplitLoop {
 public:
  explicit SplitLoop(const K& kernel)
      : kernel_(kernel), least_(std::max<std::uint64_t>(1, kernel.grain())) {
    join.expect();  // the last part, wherever it ends
  }

  // Goes through a part on this worker, less what `cut_off(part)` makes tasks of.
  template <class CutOff>
  void run(Worker& worker, Share part, const CutOff& cut_off) {
    try {
      while (part.first < part.last) {
        if (worker.is_asked() && !worker.is_full()) split(part, cut_off);
        const std::uint64_t end = part.first + slice_of(part.last - part.first);
        const Outcome did = go_through(kernel_, {part.first, end});
        worker.tally.answer += did.answer;
        worker.tally.ops += did.ops;
        part.first = end;
      }
    } catch (...) {
      join.failure.keep(std::current_exception());
    }
  }

  // By each task at its end. If true, the caller must resume the parent; if false, the loop may be
  // gone.
  bool end() { return running_.fetch_sub(1) == 1 && join.arrive(); }
  // By the parent, when it has gone through its part.
  void end_first() {
    if (running_.fetch_sub(1) == 1) join.returned();
  }

  Join join;

 private:
  // How many iterations are run before the next look: so many that looking costs nothing beside
  // the shortest, and few enough that a thief waits for a small part of the loop only.
  std::uint64_t slice_of(std::uint64_t left) const {
    if (kernel_.grain()) return std::min(left, least_);
    return std::clamp<std::uint64_t>(left / 64, 1, 512);
  }

  template <class CutOff>
  void split(Share& part, const CutOff& cut_off) {
    const std::uint64_t left = part.last - part.first;
    if (left < 2 * least_) return;
    const std::uint64_t middle = part.first + left / 2;
    running_.fetch_add(1, std::memory_order_relaxed);  // not the last: this one is there
    try {
      cut_off(Share{middle, part.last});
    } catch (...) {
      running_.fetch_sub(1, std::memory_order_relaxed);
      throw;
    }
    part.last = middle;
  }

  const K kernel_;
  const std::uint64_t least_;
  std::atomic<std::uint64_t> running_{1};
};

// What a result says of it.
inline constexpr const char* split_on_demand =
    "half of what is left, when another worker asks for work; at least what is asked for";

}  // namespace concbench::runtime
