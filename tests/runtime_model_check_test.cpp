// The protocols of the runtime, in every order of their atomic operations with up to three
// preemptions. For each, a mistake made on purpose shows that the checker would have found it.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "models/runtime/deque.hpp"
#include "models/runtime/inbox.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/lock.hpp"
#include "models/runtime/parking.hpp"
#include "models/runtime/sanitizers.hpp"
#include "models/runtime/theft.hpp"
#include "tests/model_check.hpp"
#include "workloads/workloads.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)

namespace concbench::model_check {
namespace {

using runtime::Kind;
using runtime::Runnable;
template <class T>
using Atomic = CheckedAtomics::Atomic<T>;

constexpr unsigned preemptions = 3;
#if defined(__OPTIMIZE__)
constexpr unsigned parking_preemptions = 3;
#else
constexpr unsigned parking_preemptions = 2;  // ten million orders would take minutes
#endif

template <class Scenario>
void expect_to_hold(unsigned most = preemptions) {
  const Verdict verdict = explore<Scenario>(most);
  EXPECT_TRUE(verdict.holds) << verdict.why;
  EXPECT_GT(verdict.executions, 100u);
  testing::Test::RecordProperty("orders", std::to_string(verdict.executions));
}

template <class Scenario>
void expect_to_break(const std::string& why) {
  const Verdict verdict = explore<Scenario>(preemptions);
  EXPECT_FALSE(verdict.holds) << verdict.executions << " orders, and nothing wrong";
  EXPECT_EQ(verdict.why.substr(0, verdict.why.find(';')), why);
}

Runnable item(unsigned number) {
  return {Kind::closure, reinterpret_cast<void*>(std::uintptr_t{16} * (number + 1))};
}
unsigned number_of(Runnable item) {
  return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(item.what()) / 16 - 1);
}

// Which of a few items were handed out.
template <unsigned items>
class Ledger {
 public:
  void take(Runnable item) { require(++taken_[number_of(item)] == 1, "an item came out twice"); }
  std::string missing() const {
    for (const unsigned taken : taken_) {
      if (taken == 0) return "an item was lost";
    }
    return "";
  }

 private:
  std::array<unsigned, items> taken_{};
};

// ---- The lock

template <bool locked>
struct Section {
  static constexpr unsigned threads = 3;
  void thread(unsigned) {
    if (locked) lock.lock();
    const unsigned before = count.load();
    count.store(before + 1);
    if (locked) lock.unlock();
  }
  std::string end() const {
    return count.load() == threads ? "" : "a section saw another's middle";
  }

  runtime::BasicSpinLock<CheckedAtomics> lock;
  Atomic<unsigned> count{0};
};

TEST(SpinLock, LetsOneInAtATime) {
  expect_to_hold<Section<true>>();
  expect_to_break<Section<false>>("a section saw another's middle");
}

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
    if (deque.push(item(number))) return;
    require(deque.put(item(number)), "the deque is full before its time");
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

TEST(Deque, HandsOutEachItemExactlyOnce) { expect_to_hold<Stealing<4>>(); }

TEST(Deque, NeedsTheVersionsBecauseSlotsAreUsedAgain) {
  expect_to_break<Stealing<0>>("an item came out twice");
}

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
    while (!over()) {
      parking_.search();
      Runnable found = look(self);
      while (!found && !over()) {
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
      deque_.put(item(first + i));
      deque_.share();
    }
    announce();
  }
  // Gives work to one worker.
  void send(unsigned to, unsigned number) {
    inboxes_[to].put(item(number));
    parking_.unpark(beds_[to]);
  }

  // What mistakes change.
  virtual void fall_asleep(unsigned self) {
    sleep(self, [&] { return anything(self); });
  }
  virtual bool more() { return deque_.has_shared(); }
  virtual void announce() { parking_.announce(); }

  template <class Look>
  void sleep(unsigned self, const Look& look) {
    parking_.sleep(beds_[self], look);
  }
  bool anything(unsigned self) { return over() || !inboxes_[self].empty() || deque_.has_shared(); }

 private:
  using Parking = runtime::BasicParking<CheckedAtomics>;

  bool over() { return begun_.load() == items; }
  Runnable look(unsigned self) {
    inboxes_[self].move_to(rings_[self]);
    if (const Runnable received = rings_[self].pop()) return received;
    return deque_.steal();
  }
  void run(Runnable found) {
    ledger_.take(found);
    if (begun_.fetch_add(1) + 1 == items) {
      for (auto& slot : beds_) parking_.unpark(slot);
    }
    while (together && !over()) CheckedAtomics::pause();
  }

  Parking parking_{workers};
  std::array<Parking::Slot, workers> beds_;
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
struct LookingTooEarly : Sharing {
  void fall_asleep(unsigned self) override {
    const bool seen = anything(self);
    sleep(self, [&] { return seen; });
  }
};
struct LookingTooEarlyAtTheInbox : Sending {
  void fall_asleep(unsigned self) override {
    const bool seen = anything(self);
    sleep(self, [&] { return seen; });
  }
};
struct NotAnnouncing : Sharing {
  void announce() override {}
};

TEST(Parking, LosesNoWorkThatIsShared) { expect_to_hold<Sharing>(parking_preemptions); }
TEST(Parking, LosesNoWorkThatIsSent) {
  expect_to_hold<Sending>(parking_preemptions);
  expect_to_hold<SharingAndSending>(parking_preemptions);
}
TEST(Parking, WouldLoseAWakeUpIfTheSleeperLookedBeforeItJoins) {
  expect_to_break<LookingTooEarly>("nobody can go on");
  expect_to_break<LookingTooEarlyAtTheInbox>("nobody can go on");
}
TEST(Parking, WouldLoseAWakeUpIfTheGiverDidNotAnnounce) {
  expect_to_break<NotAnnouncing>("nobody can go on");
}

// Three workers, one of which has work for all at once: it wakes one, who wakes the other.
struct Burst : Workers<3, 3, true> {
  static constexpr unsigned threads = 3;
  void thread(unsigned index) {
    if (index == 0) share(0, 3);
    work(index);
  }
};
struct NotPassingOn : Burst {
  bool more() override { return false; }
};

TEST(Parking, WakesAsManyAsThereIsWorkFor) { expect_to_hold<Burst>(parking_preemptions); }
TEST(Parking, WouldLeaveWorkLyingIfTheLastSearcherDidNotLookForMore) {
  expect_to_break<NotPassingOn>("nobody can go on");
}

// ---- Requests

// An owner that shares only when it is asked, takes back what nobody came for, and has work left
// for a thief that asked before: as in Worker::push_and_give and Scheduler::sleep.
template <bool insists>
struct Requests {
  static constexpr unsigned threads = 2, items = 3;

  Requests() {
    while (deque.pop()) {
    }
    deque.answer();
  }
  void thread(unsigned index) { index == 0 ? own() : search(); }
  std::string end() const { return ledger.missing(); }

 private:
  void own() {
    deque.put(item(0));
    answer();
    pop();
    deque.put(item(1));
    deque.put(item(2));
    while (!stolen.load()) {  // it works on, and looks whether it is asked
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

  void search() {
    parking.search();
    Runnable found = steal();
    while (!found) {
      parking.sleep(slot, [&] { return finds_any(); });
      found = steal();
    }
    parking.found([&] { return deque.has_shared(); });
    ledger.take(found);
    stolen.store(true);
  }
  Runnable steal() {
    const Runnable found = deque.steal();
    if (!found) deque.ask();
    return found;
  }
  bool finds_any() {
    while (!deque.has_shared()) {
      if (!insists || deque.asked()) return false;
      deque.ask();
    }
    return true;
  }

  static inline runtime::BasicDeque<CheckedAtomics, 4, 8> deque;
  runtime::BasicParking<CheckedAtomics> parking{2};
  typename runtime::BasicParking<CheckedAtomics>::Slot slot;
  Atomic<bool> stolen{false};
  Ledger<items> ledger;
};

TEST(Requests, OfAThiefThatSleepsStandUntilItIsWoken) { expect_to_hold<Requests<true>>(); }
TEST(Requests, WouldBeLostIfItSleptWithoutLookingWhetherTheyStand) {
  expect_to_break<Requests<false>>("nobody can go on");
}

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
    for (auto& slot : beds_) parking_.unpark(slot);
  }
  std::string end() const { return ""; }

  virtual void announce(std::int64_t deadline) { parking_.announce(deadline); }

 protected:
  using Parking = runtime::BasicParking<CheckedAtomics>;

  void work(unsigned self) {
    parking_.search();
    while (!take_due() && !taken_.load()) {
      parking_.sleep(
          beds_[self], [&] { return taken_.load(); }, [&] { return pending_.load(); });
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
  std::array<Parking::Slot, 2> beds_;
  std::array<std::int64_t, 2> deadlines_{7, 5};  // set in this order
  std::int64_t next_ = 9;                        // and once that is taken, whose taker computes
  Atomic<std::int64_t> pending_{Parking::never};
  Atomic<bool> taken_{false};
};
struct NotAnnouncingDeadlines : Deadlines {
  void announce(std::int64_t) override {}
};

TEST(Parking, HasOneWhoSleepsWatchTheDeadlines) { expect_to_hold<Deadlines>(2); }
TEST(Parking, WouldSleepOverADeadlineThatIsNotAnnounced) {
  expect_to_break<NotAnnouncingDeadlines>("nobody can go on");
}

// ---- The join

// A parent and two children that end elsewhere, after a third that ended where it was forked. The
// parent must go on exactly once, and not before they have ended.
struct Joining {
  static constexpr unsigned threads = 3;
  virtual ~Joining() = default;

  void thread(unsigned index) {
    if (index == 0) return parent();
    ended_[index - 1].store(true);
    if (join.arrive()) resume();
  }
  std::string end() const { return resumed_ == 1 ? "" : "the parent was not resumed"; }

  virtual void parent() {
    if (join.ready() || join.settle()) resume();
  }

 protected:
  Joining() {
    join.expect(3);
    join.returned();
  }
  void resume() {
    require(++resumed_ == 1, "the parent was resumed twice");
    for (const auto& ended : ended_) require(ended.load(), "the parent did not wait for a child");
  }

  runtime::BasicJoin<CheckedAtomics> join;

 private:
  std::array<Atomic<bool>, 2> ended_;
  unsigned resumed_ = 0;
};
// It believes that what it saw before it settled is still true.
struct NotLookingAgain : Joining {
  void parent() override {
    const bool ready = join.ready();
    join.settle();
    if (ready) resume();
  }
};
struct ForgettingAChild : Joining {
  ForgettingAChild() { join.returned(); }
};

TEST(Join, ResumesTheParentOnceAfterTheLastChild) {
  struct Right : Joining {};
  expect_to_hold<Right>();
}
TEST(Join, WouldNotResumeAParentThatDoesNotLookAgain) {
  expect_to_break<NotLookingAgain>("the parent was not resumed");
}
TEST(Join, WouldResumeEarlyIfAStolenChildCountedAsReturned) {
  expect_to_break<ForgettingAChild>("the parent did not wait for a child");
}

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
    theft_.reset();
  }
  void steal() {
    if (end_theft()) parking_.unpark(slot_);
  }

  runtime::BasicParking<CheckedAtomics> parking_{1};
  runtime::BasicParking<CheckedAtomics>::Slot slot_;
};
struct NotSaying : Awaiting {
  void await() override {}
};
struct HangingOn : Awaiting {
  bool end_theft() override {
    const bool awaited = theft_->end(true);
    return theft_->has_failed() && awaited;
  }
};

TEST(Theft, WakesAnOwnerThatWaitsAndLeavesTheTaskAlone) { expect_to_hold<Awaiting>(); }
TEST(Theft, WouldLeaveAnOwnerAsleepThatDoesNotSayThatItWaits) {
  expect_to_break<NotSaying>("nobody can go on");
}
TEST(Theft, WouldBreakIfTheThiefTouchedTheTaskAfterItsEnd) {
  expect_to_break<HangingOn>("an atomic is used after its end");
}

}  // namespace
}  // namespace concbench::model_check

#else

TEST(ModelCheck, NeedsABuildWithoutSanitizers) {
  GTEST_SKIP() << "it switches stacks behind their backs, and has no races for them to find";
}

#endif
