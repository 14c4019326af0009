// How workers sleep when there is nothing to do, and how those who give work wake them.
//
// Work is *visible* when others can find it: in an inbox, or in the shared part of a deque. No
// visible work is lost to sleep, because every party to the protocol writes first and looks then,
// all in the single order of sequentially consistent operations:
//
//   a worker that gives work   makes it visible; reads sleeping_, then searching_
//   a worker that sleeps       joins the sleepers (sleeping_ + 1); leaves the searchers
//                              (searching_ - 1); then looks for visible work, and at its inbox
//   a searcher that found      leaves the searchers; then looks for visible work; if it was the
//                              last searcher and there is more, wakes another
//
// A giver that sees no sleeper came before the sleeper joined, so the sleeper's look finds the
// work. A giver that leaves the work to a searcher came before that searcher left, so the
// searcher's look finds it. There is no timed sleep that would cover up a mistake here; instead
// tests/runtime_model_check_test.cpp goes through the interleavings of this very code.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "models/runtime/lock.hpp"

namespace concbench::runtime {

template <class Atomics>
class BasicParking {
 public:
  // Where one worker sleeps.
  class Bed {
    friend class BasicParking;
    typename Atomics::template Atomic<std::uint32_t> parked_{0};  // a futex: 1 if (nearly) asleep
    bool listed_ = false;  // among the sleepers; under the lock
  };

  explicit BasicParking(std::size_t workers) { sleepers_.reserve(workers); }

  std::uint32_t searchers() const { return searching_.load(); }

  // By a worker that begins to search: it is a searcher until it has found, also while it sleeps
  // and is woken in between.
  void search() { searching_.fetch_add(1); }

  // By a searcher that has found what it waited for; `more` says whether visible work is left.
  template <class Look>
  void found(const Look& more) {
    if (searching_.fetch_sub(1) == 1 && sleeping_.load() > 0 && more()) wake_one();
  }

  // By a searcher that gives up; a searcher again on return. `look` says whether there is anything
  // for it, and is asked only once everybody can see that it is about to sleep.
  template <class Look>
  void sleep(Bed& bed, const Look& look) {
    bed.parked_.store(1);
    {
      const std::lock_guard guard(lock_);
      sleepers_.push_back(&bed);
      bed.listed_ = true;
      sleeping_.fetch_add(1);
    }
    searching_.fetch_sub(1);
    if (look()) {
      const std::lock_guard guard(lock_);
      if (bed.listed_) {
        unlist(bed);
        searching_.fetch_add(1);
        bed.parked_.store(0);
        return;
      }
    }
    while (bed.parked_.load() == 1) Atomics::wait(bed.parked_, 1);
  }

  // After work for anybody was made visible.
  void announce() {
    if (sleeping_.load() > 0 && searching_.load() == 0) wake_one();
  }

  // After something for this worker was made visible.
  void unpark(Bed& bed) {
    if (bed.parked_.load() == 0) return;
    {
      const std::lock_guard guard(lock_);
      if (!bed.listed_) return;
      unlist(bed);
      searching_.fetch_add(1);
    }
    rouse(bed);
  }

 private:
  // Wakes a sleeper unless somebody searches: the sleeper counts as a searcher from here on, so
  // that givers in a burst do not wake everyone.
  void wake_one() {
    std::uint32_t nobody = 0;
    while (searching_.compare_exchange_strong(nobody, 1)) {
      Bed* sleeper = nullptr;
      {
        const std::lock_guard guard(lock_);
        if (!sleepers_.empty()) {
          sleeper = sleepers_.back();
          unlist(*sleeper);
        }
      }
      if (sleeper) return rouse(*sleeper);
      // Somebody else woke the last. A giver that saw us searching has left its work to us.
      searching_.fetch_sub(1);
      if (sleeping_.load() == 0) return;
      nobody = 0;
    }
  }

  // Under the lock.
  void unlist(Bed& bed) {
    sleepers_.erase(std::find(sleepers_.begin(), sleepers_.end(), &bed));
    bed.listed_ = false;
    sleeping_.fetch_sub(1);
  }

  static void rouse(Bed& bed) {
    bed.parked_.store(0);
    Atomics::wake(bed.parked_);
  }

  typename Atomics::template Atomic<std::uint32_t> sleeping_{0};
  typename Atomics::template Atomic<std::uint32_t> searching_{0};
  BasicSpinLock<Atomics> lock_;
  std::vector<Bed*> sleepers_;
};

using Parking = BasicParking<StdAtomics>;

}  // namespace concbench::runtime
