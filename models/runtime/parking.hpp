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
//
// Deadlines (timers.hpp) are work that becomes visible by itself. While any is pending and anybody
// sleeps, one of the sleepers is the *watch*: it sleeps no longer than until the earliest, and then
// searches. All others sleep until they are woken. Deadlines follow the same protocol:
//
//   a worker that sets one     writes it; reads sleeping_, then searching_
//   a worker that sleeps       looks for an earlier one than the watch knows: becomes the watch,
//                              or has it look again
//   a searcher that found      if it was the last searcher and the watch is awake (it may be itself
//                              that was), appoints a sleeper
//   the watch                  writes until when it will sleep; then looks for an earlier one
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <vector>

#include "models/runtime/lock.hpp"

namespace concbench::runtime {

template <class Atomics>
class BasicParking {
 public:
  // Where one worker sleeps.
  class Slot {
    friend class BasicParking;
    typename Atomics::template Atomic<std::uint32_t> parked_{awake};  // a futex
    bool listed_ = false;  // among the sleepers; under the lock
  };

  // The earliest of no deadlines.
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  struct NoDeadlines {
    std::int64_t operator()() const { return never; }
  };

  explicit BasicParking(std::size_t workers) { sleepers_.reserve(workers); }

  std::uint32_t searchers() const { return searching_.load(); }

  // By a worker that begins to search: it is a searcher until it has found, also while it sleeps
  // and is woken in between.
  void search() { searching_.fetch_add(1); }

  // By a searcher that has found what it waited for; `more` says whether there is work for another,
  // and `earliest` which deadline comes first.
  template <class Look, class Earliest = NoDeadlines>
  void found(const Look& more, const Earliest& earliest = {}) {
    if (searching_.fetch_sub(1) != 1 || sleeping_.load() == 0) return;
    if (more()) wake_one();
    if (earliest() < watched_until_.load()) have_watched(nullptr);
  }

  // By a searcher that gives up; a searcher again on return. `look` says whether there is anything
  // for it, and is asked only once everybody can see that it is about to sleep.
  template <class Look, class Earliest = NoDeadlines>
  void sleep(Slot& slot, const Look& look, const Earliest& earliest = {}) {
    slot.parked_.store(asleep);
    {
      const std::lock_guard guard(lock_);
      sleepers_.push_back(&slot);
      slot.listed_ = true;
      sleeping_.fetch_add(1);
    }
    searching_.fetch_sub(1);
    if (look()) {
      if (rise(slot)) return;
    } else if (earliest() < watched_until_.load()) {
      have_watched(&slot);
    }
    for (std::int64_t deadline = never;;) {
      std::uint32_t was = nudged;
      const bool look_again = slot.parked_.compare_exchange_strong(was, asleep);
      if (was == awake) return;
      if (look_again) deadline = watches_until(slot, earliest);
      if (deadline == never) {
        Atomics::wait(slot.parked_, asleep);
      } else if (Atomics::wait_until(slot.parked_, asleep, deadline)) {
        if (rise(slot)) return;
        deadline = never;  // it is being woken
      }
    }
  }

  // After work for anybody was made visible.
  void announce() {
    if (sleeping_.load() > 0 && searching_.load() == 0) wake_one();
  }

  // After this deadline was made visible.
  void announce(std::int64_t deadline) {
    if (sleeping_.load() > 0 && searching_.load() == 0 && deadline < watched_until_.load()) {
      have_watched(nullptr);
    }
  }

  // After something for this worker was made visible.
  void unpark(Slot& slot) {
    if (slot.parked_.load() == awake) return;
    {
      const std::lock_guard guard(lock_);
      if (!slot.listed_) return;
      unlist(slot);
      searching_.fetch_add(1);
    }
    rouse(slot);
  }

 private:
  // Of a slot. Nudged: to look again whether it is the watch, and until when.
  enum : std::uint32_t { awake, asleep, nudged };

  // Wakes a sleeper unless somebody searches: the sleeper counts as a searcher from here on, so
  // that givers in a burst do not wake everyone.
  void wake_one() {
    std::uint32_t nobody = 0;
    while (searching_.compare_exchange_strong(nobody, 1)) {
      Slot* sleeper = nullptr;
      {
        const std::lock_guard guard(lock_);
        if (!sleepers_.empty()) {
          const bool spares_watch = sleepers_.back() == watch_ && sleepers_.size() > 1;
          sleeper = sleepers_.rbegin()[spares_watch ? 1 : 0];
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

  // By a sleeper that need not be woken: a searcher again, unless it is being woken already.
  bool rise(Slot& slot) {
    const std::lock_guard guard(lock_);
    if (!slot.listed_) return false;
    unlist(slot);
    searching_.fetch_add(1);
    slot.parked_.store(awake);
    return true;
  }

  // Has the watch look at the deadlines again; if there is none, `willing` becomes it, or whoever
  // sleeps longest.
  void have_watched(Slot* willing) {
    Slot* watch;
    {
      const std::lock_guard guard(lock_);
      if (!watch_) {
        if (sleepers_.empty()) return;  // who was woken is a searcher, and sees to it
        watch_ = willing && willing->listed_ ? willing : sleepers_.front();
      }
      watch = watch_;
      std::uint32_t was = asleep;
      watch->parked_.compare_exchange_strong(was, nudged);
    }
    if (watch != willing) Atomics::wake(watch->parked_);
  }

  // Until when this sleeper watches, which all can see from here on; never if it is not the watch.
  template <class Earliest>
  std::int64_t watches_until(Slot& slot, const Earliest& earliest) {
    const std::lock_guard guard(lock_);
    if (watch_ != &slot) return never;
    std::int64_t deadline;
    do {
      deadline = earliest();
      watched_until_.store(deadline);
    } while (earliest() < deadline);  // who set it may have seen what was written before
    return deadline;
  }

  // Under the lock.
  void unlist(Slot& slot) {
    sleepers_.erase(std::find(sleepers_.begin(), sleepers_.end(), &slot));
    slot.listed_ = false;
    sleeping_.fetch_sub(1);
    if (watch_ == &slot) {
      watch_ = nullptr;
      watched_until_.store(never);
    }
  }

  static void rouse(Slot& slot) {
    slot.parked_.store(awake);
    Atomics::wake(slot.parked_);
  }

  typename Atomics::template Atomic<std::uint32_t> sleeping_{0};
  typename Atomics::template Atomic<std::uint32_t> searching_{0};
  typename Atomics::template Atomic<std::int64_t> watched_until_{never};
  BasicSpinLock<Atomics> lock_;
  std::vector<Slot*> sleepers_;
  Slot* watch_ = nullptr;  // one of them, or null; under the lock
};

using Parking = BasicParking<StdAtomics>;

}  // namespace concbench::runtime
