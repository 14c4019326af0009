// A work-stealing deque that is split in two: the owner works on the private part with plain loads
// and stores; thieves take from the shared part and ask for more when it is empty.
//
// Idea: Lace (van Dijk, van de Pol, "Lace: non-blocking split deque for work-stealing", 2014).
//
//      0        tail           split            head
//      |  gone   |    shared     |    private    |
//                ^ thieves take  ^ moved by the  ^ the owner pushes and pops
//                                  owner on request
//
// tail and split share one atomic word with a version. The owner changes the version whenever it
// moves the split: a thief that read a slot, slept, and finds the same tail and split again after
// the owner has reused that slot must fail its compare-and-swap.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "models/runtime/atomics.hpp"
#include "models/runtime/runnable.hpp"

namespace concbench::runtime {

template <class Atomics, int index_bits, int version_bits>
class BasicDeque {
 public:
  // More is pushed at once only by trees deeper, or wider, than that; `push` then says no.
  static constexpr std::uint64_t capacity = (std::uint64_t{1} << (index_bits - 1)) - 1;

  BasicDeque() {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    slots_ = static_cast<Slot*>(memory);  // zero pages; only what is used becomes memory
  }
  ~BasicDeque() { munmap(slots_, bytes); }
  BasicDeque(const BasicDeque&) = delete;
  BasicDeque& operator=(const BasicDeque&) = delete;

  // ---- The owner's side.

  // False if a thief has asked for work or the deque is full: then call `put`.
  bool push(Runnable runnable) {
    if (head_ >= limit_.load(std::memory_order_relaxed)) [[unlikely]]
      return false;
    slots_[head_++].store(runnable.word(), std::memory_order_relaxed);
    return true;
  }

  // False only if the deque is full.
  bool put(Runnable runnable) {
    if (head_ == capacity) return false;
    slots_[head_++].store(runnable.word(), std::memory_order_relaxed);
    return true;
  }

  // The newest, or nothing.
  Runnable pop() {
    if (head_ == split_) return head_ == 0 ? Runnable{} : pop_shared();
    return Runnable::from_word(slots_[--head_].load(std::memory_order_relaxed));
  }

  // Whether a thief has asked.
  bool asked() const { return limit_.load(std::memory_order_relaxed) == 0; }

  std::size_t private_size() const { return head_ - split_; }
  // Once true, it stays so until the next push.
  bool empty() const {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    return head_ == split_ && tail(word) == split(word);
  }

  // Moves the older half of the private part into the shared one; false if there is nothing to
  // give, and the request then stays. Sequentially consistent: see Scheduler::announce.
  bool share() {
    const std::uint64_t give = (head_ - split_ + 1) / 2;
    if (give == 0) return false;
    move_split(split_ + give);
    answer();
    return true;
  }
  void answer() { limit_.store(capacity, std::memory_order_relaxed); }

  // ---- The thieves' side.

  // The oldest of the shared part, or nothing. Retries only when someone else succeeded.
  Runnable steal() {
    std::uint64_t word = word_.load(std::memory_order_acquire);
    while (tail(word) < split(word)) {
      const std::uintptr_t oldest = slots_[tail(word)].load(std::memory_order_relaxed);
      if (word_.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return Runnable::from_word(oldest);
      }
    }
    return {};
  }

  bool has_shared() const {
    const std::uint64_t word = word_.load(std::memory_order_seq_cst);
    return tail(word) < split(word);
  }

  // Reads first: a request that stands must not cost the owner its cache line again.
  void ask() {
    if (!asked()) limit_.store(0, std::memory_order_relaxed);
  }

 private:
  using Slot = typename Atomics::template Atomic<std::uintptr_t>;
  using Word = typename Atomics::template Atomic<std::uint64_t>;
  static constexpr std::size_t bytes = (capacity + 1) * sizeof(Slot);

  // From the low end: tail, split, version.
  static_assert(2 * index_bits + version_bits <= 64);
  static constexpr std::uint64_t ones(int bits) { return (std::uint64_t{1} << bits) - 1; }
  static std::uint64_t tail(std::uint64_t word) { return word & ones(index_bits); }
  static std::uint64_t split(std::uint64_t word) { return word >> index_bits & ones(index_bits); }
  static std::uint64_t moved(std::uint64_t word, std::uint64_t tail, std::uint64_t split) {
    const std::uint64_t version = ((word >> 2 * index_bits) + 1) & ones(version_bits);
    return version << 2 * index_bits | split << index_bits | tail;
  }

  void move_split(std::uint64_t to) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(word, moved(word, tail(word), to),
                                        std::memory_order_seq_cst, std::memory_order_relaxed)) {
    }
    split_ = to;
  }

  // The private part is empty: takes back the newer half of what thieves have left.
  Runnable pop_shared() {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const std::uint64_t oldest = tail(word), end = split(word);
      if (oldest == end) {
        if (end > 0) restart(word);
        return {};
      }
      const std::uint64_t middle = oldest + (end - oldest) / 2;
      if (word_.compare_exchange_weak(word, moved(word, oldest, middle), std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
        split_ = middle;
        return Runnable::from_word(slots_[--head_].load(std::memory_order_relaxed));
      }
    }
  }

  // Nothing is left, so no thief can succeed and the owner may write: begin at the bottom again.
  void restart(std::uint64_t word) {
    head_ = split_ = 0;
    word_.store(moved(word, 0, 0), std::memory_order_release);
  }

  // Written by the owner alone.
  alignas(64) Slot* slots_;
  std::uint64_t head_ = 0;
  std::uint64_t split_ = 0;
  // Where the owner's fast path ends: `capacity`, or 0 if a thief has asked. One comparison sees
  // both.
  alignas(64) Word limit_{capacity};
  alignas(64) Word word_{0};
};

// A thief would have to sleep through 4 million moves of the split, or a multiple, to be fooled.
using Deque = BasicDeque<StdAtomics, 21, 22>;

}  // namespace concbench::runtime
