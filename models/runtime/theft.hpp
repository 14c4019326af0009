// What the owner of a stolen task and its thief tell each other: that the owner waits, and that the
// task has ended.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/runtime/atomics.hpp"

namespace concbench::runtime {

// One word, which also says who the owner is: making a task that may be stolen costs one store.
template <class Atomics>
class BasicTheft {
 public:
  // `owner` is aligned to four bytes at least.
  explicit BasicTheft(void* owner) : word_(reinterpret_cast<std::uintptr_t>(owner)) {}

  void* owner() const { return reinterpret_cast<void*>(word_.load() & ~states); }

  // By the owner, before it waits: from here on the thief wakes it.
  void await() {
    std::uintptr_t running = word_.load() & ~states;
    word_.compare_exchange_strong(running, running | awaited);
  }
  bool ended() const { return (word_.load() & states) >= done; }
  // Once it has ended.
  bool has_failed() const { return (word_.load() & states) == failed; }

  // By the thief, which must not touch the task after that. If true, it must unpark the owner.
  bool end(bool fails) {
    const std::uintptr_t owner = word_.load() & ~states;
    return word_.exchange(owner | (fails ? failed : done)) & awaited;
  }

 private:
  // Running, if none of these.
  static constexpr std::uintptr_t awaited = 1, done = 2, failed = 3, states = 3;

  typename Atomics::template Atomic<std::uintptr_t> word_;
};

using Theft = BasicTheft<StdAtomics>;

}  // namespace concbench::runtime
