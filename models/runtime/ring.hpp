// A queue of runnables, first in first out, that one worker keeps for itself.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "models/runtime/runnable.hpp"

namespace concbench::runtime {

class Ring {
 public:
  std::size_t size() const { return end_ - begin_; }

  void push(Runnable runnable) {
    if (size() == capacity_) grow();
    put(runnable);
  }
  // Only if there is room, so that no path of the caller's allocates; false if not.
  bool try_push(Runnable runnable) {
    if (size() == capacity_) return false;
    put(runnable);
    return true;
  }

  // The oldest, or nothing.
  Runnable pop() {
    if (begin_ == end_) return {};
    return slots_[begin_++ & (capacity_ - 1)];
  }

 private:
  void put(Runnable runnable) { slots_[end_++ & (capacity_ - 1)] = runnable; }
  void grow() {
    auto larger = std::make_unique<Runnable[]>(2 * capacity_);
    for (std::size_t i = 0, n = size(); i < n; ++i) {
      larger[i] = slots_[(begin_ + i) & (capacity_ - 1)];
    }
    end_ = size();
    begin_ = 0;
    capacity_ *= 2;
    slots_ = std::move(larger);
  }

  std::size_t capacity_ = 256;       // a power of two
  std::size_t begin_ = 0, end_ = 0;  // count up for ever
  std::unique_ptr<Runnable[]> slots_ = std::make_unique<Runnable[]>(capacity_);
};

}  // namespace concbench::runtime
