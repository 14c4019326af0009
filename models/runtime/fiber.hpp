// A fiber: a stack that a worker can leave and any worker can come back to.
#pragma once

#include <cstddef>

#include "models/runtime/runnable.hpp"
#include "models/runtime/sanitizers.hpp"
#include "models/runtime/stacks.hpp"
#include "models/runtime/switch.hpp"

namespace concbench::runtime {

// What the C++ runtime keeps a thread about exceptions, as the Itanium C++ ABI lays it out. Each
// fiber has its own: else a `throw;` in one would rethrow another's exception.
struct ExceptionState {
  void* caught;
  unsigned uncaught;
};

// Lies at the top of its own stack.
struct alignas(16) Fiber {
  Context context = nullptr;  // while it does not run
  std::byte* bottom = nullptr;
  std::byte* low = nullptr;  // nested calls below this address had better get a new fiber
  Fiber* next = nullptr;     // in a list of free stacks
  UnstartedFiber* unstarted = nullptr;  // what it is to run
  [[no_unique_address]] Shadow shadow;

  bool has_room() const { return static_cast<std::byte*>(__builtin_frame_address(0)) > low; }
  // Makes the next switch to it begin with `entry`.
  void prepare(Entry entry) {
    context = fresh_context(
        this, static_cast<std::size_t>(reinterpret_cast<std::byte*>(this) - bottom), entry);
  }
};

// Here, where a fiber is known, so that they are inlined.
inline Fiber* StackCache::take() {
  if (!first_) [[unlikely]]
    refill();
  Fiber* fiber = first_;
  first_ = fiber->next;
  --count_;
  return fiber;
}

inline void StackCache::give(Fiber* fiber) {
  fiber->next = first_;
  first_ = fiber;
  if (++count_ > most) [[unlikely]]
    spill();
}

// A worker's side of running fibers.
struct FiberThread {
  Fiber* current = nullptr;  // `thread` while no fiber runs
  Fiber thread;              // the worker's own stack
  ExceptionState* exceptions = nullptr;
  StackCache stacks;
};

}  // namespace concbench::runtime
