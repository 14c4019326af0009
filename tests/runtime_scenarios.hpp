// What the runtime's protocols must get right, as scenarios for the model checker: the very code of
// models/runtime in small surroundings. What their threads hand to each other is marked as plain
// memory, so that an order that is too weak shows as a data race.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "models/runtime/deque.hpp"
#include "models/runtime/inbox.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/lock.hpp"
#include "models/runtime/parking.hpp"
#include "models/runtime/theft.hpp"
#include "tests/model_check.hpp"

namespace concbench::model_check {

using runtime::Kind;
using runtime::Runnable;
template <class T>
using Atomic = CheckedAtomics::Atomic<T>;
// What scenarios themselves keep in atomics must not be what orders the rest.
constexpr std::memory_order loosely = std::memory_order_relaxed;

inline Runnable item(unsigned number) {
  return {Kind::closure, reinterpret_cast<void*>(std::uintptr_t{16} * (number + 1))};
}
inline unsigned number_of(Runnable item) {
  return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(item.what()) / 16 - 1);
}

// Which of a few items were handed out; whoever takes one uses what its maker wrote.
template <unsigned items>
class Ledger {
 public:
  Runnable make(unsigned number) {
    contents_[number].touch();
    return item(number);
  }
  void take(Runnable item) {
    require(++taken_[number_of(item)] == 1, "an item came out twice");
    contents_[number_of(item)].touch();
  }
  std::string missing() const {
    for (const unsigned taken : taken_) {
      if (taken == 0) return "an item was lost";
    }
    return "";
  }

 private:
  std::array<unsigned, items> taken_{};
  std::array<Plain, items> contents_;
};

// ---- The lock

template <bool locked>
struct Section {
  static constexpr unsigned threads = 3;
  void thread(unsigned) {
    if (locked) lock.lock();
    if (locked) guarded.touch();
    const unsigned before = count.load(loosely);
    count.store(before + 1, loosely);
    if (locked) lock.unlock();
  }
  std::string end() const {
    return count.load() == threads ? "" : "a section saw another's middle";
  }

  runtime::BasicSpinLock<CheckedAtomics> lock;
  Plain guarded;
  Atomic<unsigned> count{0};
};

// ---- The deque

// An owner that shares a task, keeps another and takes both back unless they are stolen, again and
// again in the same slots; and thieves. The deque holds three items, and its versions begin just
// before they wrap.
template <int version_bits>
struct Stealing {
  static constexpr unsigned threads = 3, items = 6;

  Stealing() {
    for (unsigned i = 0; i + 2 < 1u << version_bits; i += 2) {  // two moves each
      deque.put(item(0));
      deque.share();
      deque.pop();
    }
  }
  void thread(unsigned index) { index == 0 ? own() : steal(); }
  std::string end() const { return ledger.missing(); }

 private:
  void own() {
    for (unsigned next = 0; next < items;) {
      push(next++);
      deque.share();
      push(next++);
      pop();
      pop();
    }
    while (pop()) {
    }
  }
  void push(unsigned number) {
    const Runnable made = ledger.make(number);
    if (deque.push(made)) return;
    require(deque.put(made), "the deque is full before its time");
    deque.share();
  }
  bool pop() {
    const Runnable newest = deque.pop();
    if (newest) ledger.take(newest);
    return static_cast<bool>(newest);
  }
  void steal() {
    if (const Runnable stolen = deque.steal()) return ledger.take(stolen);
    deque.ask();
  }

  runtime::BasicDeque<CheckedAtomics, 3, version_bits> deque;
  Ledger<items> ledger;
};

// ---- Parking

// Workers that search, sleep and are woken as in Worker::search; a search is one round. If their
// tasks are `together`, each ends when all have begun, so that it is not enough that somebody gets
// round to a task some day: somebody must be woken for it.
template <unsigned workers, unsigned items, bool together>
class Workers {
 public:
  Workers() {
    while (deque_.pop()) {  // begins at the bottom again
    }
  }
  virtual ~Workers() = default;
  std::string end() const { return ledger_.missing(); }

 protected:
  void work(unsigned self) {
    while (!seems_over()) {
      parking_.search();
      Runnable found = look(self);
      while (!found && !seems_over()) {
        fall_asleep(self);
        found = look(self);
      }
      parking_.found([&] { return more(); });
      if (found) run(found);
    }
  }

  // Gives work to anybody, as the owner of a deque does that then goes on with a long task.
  void share(unsigned first, unsigned count = 1) {
    for (unsigned i = 0; i < count; ++i) {
      deque_.put(ledger_.make(first + i));
      deque_.share();
    }
    announce();
  }
  // Gives work to one worker.
  void send(unsigned to, unsigned number) {
    inboxes_[to].put(ledger_.make(number));
    parking_.unpark(slots_[to]);
  }

  // What mistakes change.
  virtual void fall_asleep(unsigned self) {
    sleep(self, [&] { return anything(self); });
  }
  virtual bool more() { return deque_.has_shared(); }
  virtual void announce() { parking_.announce(); }

  template <class Look>
  void sleep(unsigned self, const Look& look) {
    parking_.sleep(slots_[self], look);
  }
  bool anything(unsigned self) { return over() || !inboxes_[self].empty() || deque_.has_shared(); }

 private:
  using Parking = runtime::BasicParking<CheckedAtomics>;

  bool over() { return begun_.load() == items; }
  bool seems_over() { return begun_.load(loosely) == items; }
  Runnable look(unsigned self) {
    inboxes_[self].move_to(rings_[self]);
    if (const Runnable received = rings_[self].pop()) return received;
    return deque_.steal();
  }
  void run(Runnable found) {
    ledger_.take(found);
    if (begun_.fetch_add(1) + 1 == items) {
      for (auto& slot : slots_) parking_.unpark(slot);
    }
    while (together && !seems_over()) CheckedAtomics::pause();
  }

  Parking parking_{workers};
  std::array<Parking::Slot, workers> slots_;
  std::array<runtime::BasicInbox<CheckedAtomics>, workers> inboxes_;
  std::array<runtime::Ring, workers> rings_;
  // Static because mapping its memory anew took most of the time.
  static inline runtime::BasicDeque<CheckedAtomics, 4, 8> deque_;
  Atomic<unsigned> begun_{0};
  Ledger<items> ledger_;
};

// Two workers, and somebody outside who gives.
template <bool together>
struct Giving : Workers<2, 2, together> {
  static constexpr unsigned threads = 3;
  void thread(unsigned index) { index == 2 ? give() : this->work(index); }
  virtual void give() = 0;
};

struct Sharing : Giving<true> {
  void give() override {
    share(0);
    share(1);
  }
};
struct Sending : Giving<true> {
  void give() override {
    send(0, 0);
    send(1, 1);
  }
};
struct SharingAndSending : Giving<false> {
  void give() override {
    share(0);
    send(1, 1);
  }
};
// Three workers, one of which has work for all at once: it wakes one, who wakes the other.
struct Burst : Workers<3, 3, true> {
  static constexpr unsigned threads = 3;
  void thread(unsigned index) {
    if (index == 0) share(0, 3);
    work(index);
  }
};

// ---- Requests

// An owner that shares only when it is asked, takes back what nobody came for, and has work left
// for thieves that asked before: as in Worker::push_and_give and Scheduler::sleep.
enum class Insists { never, before_sleep, always };
template <Insists insists, unsigned thieves = 1>
struct Requests {
  static constexpr unsigned threads = thieves + 1, items = thieves + 2;

  Requests() {
    while (deque.pop()) {
    }
    deque.answer();
  }
  void thread(unsigned index) { index == 0 ? own() : search(slots[index - 1]); }
  std::string end() const { return ledger.missing(); }

 private:
  using Slot = runtime::BasicParking<CheckedAtomics>::Slot;

  void own() {
    deque.put(ledger.make(0));
    answer();
    pop();
    for (unsigned i = 1; i < items; ++i) deque.put(ledger.make(i));
    while (stolen.load(loosely) < thieves) {  // it works on, and looks whether it is asked
      answer();
      CheckedAtomics::pause();
    }
    while (pop()) {
    }
  }
  void answer() {
    if (deque.asked() && deque.share()) parking.announce();
  }
  bool pop() {
    const Runnable newest = deque.pop();
    if (newest) ledger.take(newest);
    return static_cast<bool>(newest);
  }

  void search(Slot& slot) {
    parking.search();
    Runnable found = steal();
    while (!found) {
      parking.sleep(slot, [&] { return finds_any(insists != Insists::never); });
      found = steal();
    }
    parking.found([&] { return finds_any(insists == Insists::always); });
    ledger.take(found);
    stolen.fetch_add(1, loosely);
  }
  Runnable steal() {
    const Runnable found = deque.steal();
    if (!found) deque.ask();
    return found;
  }
  bool finds_any(bool else_asks) {
    while (!deque.has_shared()) {
      if (!else_asks || deque.asked()) return false;
      deque.ask();
    }
    return true;
  }

  static inline runtime::BasicDeque<CheckedAtomics, 4, 8> deque;
  runtime::BasicParking<CheckedAtomics> parking{threads};
  std::array<Slot, thieves> slots;
  Atomic<unsigned> stolen{0};
  Ledger<items> ledger;
};

// ---- Parking with deadlines

// Two workers that take whatever is due, and a third that sets deadlines and then computes until
// they have been taken: somebody who sleeps must watch them. Time passes only if nobody can go on,
// so each must be taken at its time.
struct Deadlines {
  static constexpr unsigned threads = 3;
  virtual ~Deadlines() = default;

  void thread(unsigned index) {
    if (index < 2) return work(index);
    for (const std::int64_t deadline : deadlines_) {
      pending_.store(deadline);
      announce(deadline);
    }
    while (!taken_.load()) CheckedAtomics::pause();
    for (auto& slot : slots_) parking_.unpark(slot);
  }
  std::string end() const { return ""; }

  virtual void announce(std::int64_t deadline) { parking_.announce(deadline); }

 protected:
  using Parking = runtime::BasicParking<CheckedAtomics>;

  void work(unsigned self) {
    parking_.search();
    while (!take_due() && !taken_.load()) {
      parking_.sleep(
          slots_[self], [&] { return taken_.load(); }, [&] { return pending_.load(); });
    }
    const bool computes = !taken_.load();
    parking_.found([] { return false; }, [&] { return pending_.load(); });
    while (computes && !taken_.load()) CheckedAtomics::pause();
  }
  bool take_due() {
    const std::int64_t now = Explorer::running->now();
    std::int64_t deadline = pending_.load();
    if (deadline > now) return false;
    require(deadline == now, "a deadline was missed");
    if (!pending_.compare_exchange_strong(deadline, next_)) return false;
    if (next_ == Parking::never) taken_.store(true);
    next_ = Parking::never;
    return true;
  }

  Parking parking_{2};
  std::array<Parking::Slot, 2> slots_;
  std::array<std::int64_t, 2> deadlines_{7, 5};  // set in this order
  std::int64_t next_ = 9;                        // and once that is taken, whose taker computes
  Atomic<std::int64_t> pending_{Parking::never};
  Atomic<bool> taken_{false};
};
// A worker sleeps and watches. Somebody else sets a sooner deadline, takes that itself, by which a
// later one comes first, and then sets one in between.
struct Rearming {
  static constexpr unsigned threads = 2;

  void thread(unsigned index) { index == 0 ? watch() : set(); }
  static std::string end() { return ""; }

 private:
  static constexpr std::int64_t first = 9, sooner = 7, later = 12, between = 10;
  using Parking = runtime::BasicParking<CheckedAtomics>;

  void watch() {
    parking_.search();
    while (!is_due()) {
      parking_.sleep(
          slot_, [] { return false; }, [&] { return pending_.load(); });
    }
    parking_.found([] { return false; });
  }
  bool is_due() const {
    const std::int64_t now = Explorer::running->now(), deadline = pending_.load();
    require(deadline >= now, "a deadline was missed");
    return deadline == now;
  }
  void set() {
    put(first);
    put(sooner);
    pending_.store(later);
    put(between);
  }
  void put(std::int64_t deadline) {
    pending_.store(deadline);
    parking_.announce(deadline);
  }

  Parking parking_{1};
  Parking::Slot slot_;
  Atomic<std::int64_t> pending_{Parking::never};
};

// ---- The join

// A parent and two children that end elsewhere, after a third that ended where it was forked. The
// parent must go on exactly once, and not before they have ended.
struct Joining {
  static constexpr unsigned threads = 3;
  virtual ~Joining() = default;

  void thread(unsigned index) {
    if (index == 0) return parent();
    results_[index - 1].touch();
    ended_[index - 1].store(true, loosely);
    if (join.arrive()) resume();
  }
  std::string end() const { return resumed_ == 1 ? "" : "the parent was not resumed"; }

  virtual void parent() {
    context_.touch();
    if (join.ready() || join.settle()) resume();
  }

  Joining() {
    join.expect(3);
    join.returned();
  }

 protected:
  void resume() {
    require(++resumed_ == 1, "the parent was resumed twice");
    context_.touch();
    for (const auto& ended : ended_)
      require(ended.load(loosely), "the parent did not wait for a child");
    for (Plain& result : results_) result.touch();
  }

  runtime::BasicJoin<CheckedAtomics> join;

 private:
  std::array<Atomic<bool>, 2> ended_;
  std::array<Plain, 2> results_;
  Plain context_;
  unsigned resumed_ = 0;
};
// ---- The stolen task

// The owner of a stolen task sleeps until its thief has ended it, and then takes it away.
struct Awaiting {
  static constexpr unsigned threads = 2;
  virtual ~Awaiting() = default;

  void thread(unsigned index) { index == 0 ? own() : steal(); }
  static std::string end() { return ""; }

 protected:
  virtual void await() { theft_->await(); }
  virtual bool end_theft() { return theft_->end(true); }

  std::optional<runtime::BasicTheft<CheckedAtomics>> theft_{std::in_place, this};

 private:
  void own() {
    await();
    parking_.search();
    while (!theft_->ended()) parking_.sleep(slot_, [&] { return theft_->ended(); });
    parking_.found([] { return false; });
    require(theft_->has_failed(), "the owner does not know how it ended");
    result_.touch();
    theft_.reset();
  }
  void steal() {
    result_.touch();
    if (end_theft()) parking_.unpark(slot_);
  }

  runtime::BasicParking<CheckedAtomics> parking_{1};
  runtime::BasicParking<CheckedAtomics>::Slot slot_;
  Plain result_;
};

}  // namespace concbench::model_check
