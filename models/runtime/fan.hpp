// The join of many tasks that one parent makes. Those that end on the worker where they were made
// are counted there without atomics, which holds as long as the parent stays there, too; only those
// that were stolen touch the join. Each side writes cache lines of its own: sharing one made two
// workers ten times slower than one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/runtime/join.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

class Fan {
 public:
  explicit Fan(Worker& home) : home_(home) {}

  Worker& home() const { return home_; }

  // By the parent, for each task before it can run.
  void make() { ++unfinished_; }

  // By each task at its end. If true, the caller must resume the parent; if it ran elsewhere, the
  // fan may be gone.
  bool end(Worker& worker) {
    if (&worker != &home_) return join.arrive();
    --unfinished_;
    return false;
  }

  // By the parent, once none of the tasks is left at home: from here on it waits for `join`.
  void await_stolen() { join.expect(unfinished_); }

 private:
  // Not alignas: the frame of a coroutine is not aligned to more than malloc gives.
  static constexpr std::size_t line = 64;

  Worker& home_;
  std::int32_t unfinished_ = 0;  // made, and not ended at home
  [[maybe_unused]] std::byte apart_[line];

 public:
  Join join;
};

}  // namespace concbench::runtime
