// Where a parent waits for its children, in fork-join order: cheap for children that give their
// parent back to the worker that forked them, atomic for the others.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "models/runtime/atomics.hpp"

namespace concbench::runtime {

// The first exception of several tasks; the others are dropped.
class Failure {
 public:
  Failure() = default;
  ~Failure() { delete first_.load(std::memory_order_relaxed); }
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;

  void keep(std::exception_ptr exception) {
    auto mine = std::make_unique<std::exception_ptr>(std::move(exception));
    std::exception_ptr* none = nullptr;
    if (first_.compare_exchange_strong(none, mine.get(), std::memory_order_acq_rel)) mine.release();
  }

  // Throws what was kept, if anything. Once all who could call `keep` are done.
  void rethrow() {
    if (first_.load(std::memory_order_acquire)) [[unlikely]] {
      const std::unique_ptr<std::exception_ptr> taken(first_.exchange(nullptr));
      std::rethrow_exception(std::move(*taken));
    }
  }

 private:
  std::atomic<std::exception_ptr*> first_{nullptr};
};

// The parent alone counts the children it expects. A child that ends where it was forked, before
// its parent's continuation was stolen, takes itself off that count without an atomic operation.
// Every other child takes one off `balance_`; the parent, once suspended, adds what it expects.
// Whoever brings the balance to zero after that resumes the parent, so it is resumed exactly once.
template <class Atomics>
class BasicJoin {
 public:
  void expect(std::int32_t children = 1) { expected_ += children; }
  // By a child that has the parent to itself: still queued and not stolen, or run where it lives.
  void returned() { --expected_; }

  // By the parent: how many children there were that it did not see return, and whether any.
  std::int32_t expected() const { return expected_; }
  bool expects() const { return expected_ != 0; }

  // By a child that ends elsewhere. If true, the caller must resume the parent; if false, the
  // parent may be gone already.
  bool arrive() { return balance_.fetch_sub(1, std::memory_order_seq_cst) == 1; }

  // Whether all have arrived, so that the parent need not wait.
  bool ready() const { return balance_.load(std::memory_order_seq_cst) == -expected_; }

  // For a parent whose context is saved. If false, the last child will resume it: hands off.
  bool settle() {
    const std::int32_t expected = expected_;
    return balance_.fetch_add(expected, std::memory_order_acq_rel) == -expected;
  }

  Failure failure;

 private:
  std::int32_t expected_ = 0;
  typename Atomics::template Atomic<std::int32_t> balance_{0};
};

using Join = BasicJoin<StdAtomics>;

}  // namespace concbench::runtime
