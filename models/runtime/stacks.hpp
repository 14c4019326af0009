// Stacks for fibers: cut from slabs, guarded against overflow, and used again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace concbench::runtime {

struct Fiber;

// Where all workers get their stacks from. A stack is at home in its fiber, which lies at its top.
class Stacks {
 public:
  // How an overflow is made to crash rather than to corrupt.
  enum class Guard { page_marker, mprotect };

  static constexpr std::size_t least_bytes = 16 * 1024;

  explicit Stacks(std::size_t bytes, Guard guard = best_guard());
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  // A chain (through Fiber::next) of at least one fiber. Throws Exhausted if the machine has no
  // memory or mapping left.
  Fiber* take(std::size_t& count);
  void give(Fiber* first, Fiber* last);

  // What this kernel offers.
  static Guard best_guard();
  // What is in force, in words: mprotect cannot guard every stack.
  std::string guard() const;

 private:
  struct Slab {
    std::byte* memory;
    std::size_t bytes, stacks;
  };

  void grow();
  bool protect(std::byte* page);
  Fiber* fiber_of(std::byte* stack, std::size_t colour) const;

  const std::size_t page_;
  const std::size_t stack_bytes_;  // a multiple of the page, without the guard
  const Guard guard_;
  const std::uint64_t most_guards_;
  std::uint64_t stacks_made_ = 0, guards_ = 0;
  mutable std::mutex mutex_;
  Fiber* free_ = nullptr;
  std::vector<Slab> slabs_;
};

// The free stacks of one worker, last in first out, so that the next fiber gets a warm one.
class StackCache {
 public:
  void attach(Stacks* stacks) { stacks_ = stacks; }

  Fiber* take();
  // The fiber may still be running: nobody else gets it before it has switched away for good.
  void give(Fiber* fiber);

 private:
  static constexpr std::size_t most = 256;

  void refill();
  void spill();

  Stacks* stacks_ = nullptr;
  Fiber* first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace concbench::runtime
