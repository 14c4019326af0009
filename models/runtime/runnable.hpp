// One word for anything a worker can run, so that one scheduler serves closures, fibers and
// coroutines alike.
#pragma once

#include <cstdint>

namespace concbench::runtime {

class Worker;

// A task that runs to completion on the worker's own stack.
struct Closure {
  void (*run)(Worker&, Closure*);
};

// A fiber that has not started: it gets a stack when a worker takes it up, so that a task waiting
// for its first turn costs a few words. A fiber may change workers; `body` returns the last one.
struct UnstartedFiber {
  Worker& (*body)(Worker&, UnstartedFiber*);
};

enum class Kind : std::uintptr_t { closure, unstarted, fiber, coroutine };

// A pointer and, in bits that its alignment leaves free, what it points to and whether that may
// change workers while it waits in a queue.
class Runnable {
 public:
  constexpr Runnable() = default;  // nothing to run
  Runnable(Kind kind, void* what, bool pinned = false)
      : word_(reinterpret_cast<std::uintptr_t>(what) | static_cast<std::uintptr_t>(kind) |
              (pinned ? pinned_bit : 0)) {}

  static constexpr Runnable from_word(std::uintptr_t word) {
    Runnable runnable;
    runnable.word_ = word;
    return runnable;
  }
  std::uintptr_t word() const { return word_; }

  explicit operator bool() const { return word_ != 0; }
  bool operator==(const Runnable&) const = default;

  Kind kind() const { return static_cast<Kind>(word_ & kind_bits); }
  bool pinned() const { return word_ & pinned_bit; }
  void* what() const { return reinterpret_cast<void*>(word_ & ~(kind_bits | pinned_bit)); }

 private:
  static constexpr std::uintptr_t kind_bits = 3, pinned_bit = 4;
  std::uintptr_t word_ = 0;
};

}  // namespace concbench::runtime
