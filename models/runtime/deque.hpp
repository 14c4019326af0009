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
// Nested calls that walk a tree keep the head in a register: a field would make every fork wait for
// the store of the one before. Such a call pushes at the position it is given, hands the next one
// on, and finds its own again when it returns. The field is brought up to date before anything else
// uses the deque.
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
  using Slot = typename Atomics::template Atomic<std::uintptr_t>;
  using Word = typename Atomics::template Atomic<std::uint64_t>;

 public:
  // Where something was pushed or will be.
  using Position = Slot*;

  // How many may be pushed at positions in a row without asking whether there is room.
  static constexpr std::uint64_t slack = 8;
  // More is pushed at once only by trees deeper, or wider, than that; `push` then says no.
  static constexpr std::uint64_t capacity = (std::uint64_t{1} << (index_bits - 1)) - 1;

  BasicDeque() {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    slots_ = static_cast<Slot*>(memory);  // zero pages; only what is used becomes memory
    head_ = split_ = base_ = slots_;
    answer();
  }
  ~BasicDeque() { munmap(slots_, bytes); }
  BasicDeque(const BasicDeque&) = delete;
  BasicDeque& operator=(const BasicDeque&) = delete;

  // ---- The owner's side.

  // False if a thief has asked for work or the deque is full: then call `put`.
  bool push(Runnable runnable) {
    if (head_ >= limit_.load(std::memory_order_relaxed)) [[unlikely]]
      return false;
    head_++->store(runnable.word(), std::memory_order_relaxed);
    return true;
  }

  bool is_full() const { return head_ == end(); }
  // False only if the deque is full.
  bool put(Runnable runnable) {
    if (is_full()) return false;
    head_++->store(runnable.word(), std::memory_order_relaxed);
    return true;
  }

  // The newest, or nothing.
  Runnable pop() {
    if (head_ == split_) return head_ == base_ ? Runnable{} : pop_shared();
    return pop_private();
  }

  // Whether a thief has asked.
  bool asked() const { return limit_.load(std::memory_order_relaxed) == nullptr; }

  std::size_t private_size() const { return static_cast<std::size_t>(head_ - split_); }
  // Once true, it stays so until the next push.
  bool empty() const {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    return head_ == split_ && tail(word) == split(word);
  }

  // Moves the older half of the private part into the shared one; false if there is nothing to
  // give, and the request then stays. Sequentially consistent: see Scheduler::sleep. The request is
  // taken back first: who sees that the split has moved must see that it is gone.
  bool share() {
    const std::size_t give = (private_size() + 1) / 2;
    if (give == 0) return false;
    answer();
    move_split(split_ + give);
    return true;
  }
  void answer() { limit_.store(end(), std::memory_order_relaxed); }

  // ---- The same with the head in a register.

  Position head() const { return head_; }
  void set_head(Position head) { head_ = head; }
  static Position push_at(Position head, Runnable runnable) {
    head->store(runnable.word(), std::memory_order_relaxed);
    return head + 1;
  }
  // After up to `slack` pushes: false if a thief has asked or there is no room for all.
  bool accepts(Position head) const { return head <= limit_.load(std::memory_order_relaxed); }
  bool has_room(Position head) const { return head <= end(); }
  // Whether what was pushed there is out of thieves' reach.
  bool keeps(Position position) const { return position >= split_; }
  // Takes what was pushed there back unless it is stolen. All that was pushed later must be gone;
  // if this is, too, so is all that was pushed before. The head is where it lay.
  bool take_back(Position position) {
    if (!keeps(position)) return take_back_shared(position);
    head_ = position;
    return true;
  }

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
    if (!asked()) limit_.store(nullptr, std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t bytes = (capacity + slack) * sizeof(Slot);

  // From the low end: tail, split, version.
  static_assert(2 * index_bits + version_bits <= 64);
  static constexpr std::uint64_t ones(int bits) { return (std::uint64_t{1} << bits) - 1; }
  static std::uint64_t tail(std::uint64_t word) { return word & ones(index_bits); }
  static std::uint64_t split(std::uint64_t word) { return word >> index_bits & ones(index_bits); }
  static std::uint64_t moved(std::uint64_t word, std::uint64_t tail, std::uint64_t split) {
    const std::uint64_t version = ((word >> 2 * index_bits) + 1) & ones(version_bits);
    return version << 2 * index_bits | split << index_bits | tail;
  }

  Position end() const { return slots_ + capacity; }
  std::uint64_t index_of(Position position) const {
    return static_cast<std::uint64_t>(position - slots_);
  }

  void move_split(Position to) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(word, moved(word, tail(word), index_of(to)),
                                        std::memory_order_seq_cst, std::memory_order_relaxed)) {
    }
    split_ = to;
  }

  Runnable pop_private() { return Runnable::from_word((--head_)->load(std::memory_order_relaxed)); }

  // The private part is empty. Out of line, as what follows: whoever inlines the fast path saves
  // fewer registers.
  [[gnu::noinline]] Runnable pop_shared() {
    if (keep_half(index_of(head_))) return pop_private();
    restart();
    return {};
  }
  [[gnu::noinline]] bool take_back_shared(Position position) {
    if (keep_half(index_of(position) + 1)) {
      head_ = position;
      return true;
    }
    base_ = position;
    restart();
    return false;
  }

  // All from `end` on is gone: makes the newer half of what thieves have left private again, if
  // they have left anything. What they have read of the others, they have read before this.
  bool keep_half(std::uint64_t end) {
    std::uint64_t word = word_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint64_t oldest = tail(word);
      if (oldest >= end) return false;
      const std::uint64_t middle = oldest + (end - oldest) / 2;
      if (word_.compare_exchange_weak(word, moved(word, oldest, middle), std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        split_ = slots_ + middle;
        return true;
      }
    }
  }

  // Nothing is left, so no thief can succeed and the owner may write: begins at the base again.
  void restart() {
    if (head_ == base_ && split_ == base_) return;
    head_ = split_ = base_;
    const std::uint64_t base = index_of(base_);
    word_.store(moved(word_.load(std::memory_order_relaxed), base, base),
                std::memory_order_release);
  }

  // Written by the owner alone.
  alignas(64) Slot* slots_;
  Position head_;
  Position split_;
  Position base_;  // what lies below belongs to calls, which know that it is stolen
  // Where the owner's fast path ends: the end, or null if a thief has asked. One comparison sees
  // both.
  alignas(64) typename Atomics::template Atomic<Position> limit_{nullptr};
  alignas(64) Word word_{0};
};

// A thief would have to sleep through 4 million moves of the split, or a multiple, to be fooled.
using Deque = BasicDeque<StdAtomics, 21, 22>;

}  // namespace concbench::runtime
