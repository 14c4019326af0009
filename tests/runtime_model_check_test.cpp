// The protocols of the runtime, in every order of their atomic operations with up to three
// preemptions. For each, a mistake made on purpose shows that the checker would have found it.
#include <gtest/gtest.h>

#include <string>

#include "models/runtime/sanitizers.hpp"
#include "tests/runtime_scenarios.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)

namespace concbench::model_check {
namespace {

constexpr unsigned preemptions = 3;
#if defined(__OPTIMIZE__)
constexpr unsigned parking_preemptions = 3;
#else
constexpr unsigned parking_preemptions = 2;  // ten million orders would take minutes
#endif

template <class Scenario>
void expect_to_hold(unsigned most = preemptions) {
  const Verdict verdict = explore<Scenario>({most});
  EXPECT_TRUE(verdict.holds) << verdict.why;
  EXPECT_GT(verdict.executions, 100u);
  testing::Test::RecordProperty("orders", std::to_string(verdict.executions));
}

template <class Scenario>
void expect_to_break(const std::string& why) {
  const Verdict verdict = explore<Scenario>({preemptions});
  EXPECT_FALSE(verdict.holds) << verdict.executions << " orders, and nothing wrong";
  EXPECT_EQ(verdict.why.substr(0, verdict.why.find(';')), why);
}

// ---- The lock

TEST(SpinLock, LetsOneInAtATime) {
  expect_to_hold<Section<true>>();
  expect_to_break<Section<false>>("a section saw another's middle");
}

// ---- The deque

TEST(Deque, HandsOutEachItemExactlyOnce) { expect_to_hold<Stealing<4>>(); }

TEST(Deque, NeedsTheVersionsBecauseSlotsAreUsedAgain) {
  expect_to_break<Stealing<0>>("an item came out twice");
}

// ---- Parking

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

struct NotPassingOn : Burst {
  bool more() override { return false; }
};

TEST(Parking, WakesAsManyAsThereIsWorkFor) { expect_to_hold<Burst>(parking_preemptions); }
TEST(Parking, WouldLeaveWorkLyingIfTheLastSearcherDidNotLookForMore) {
  expect_to_break<NotPassingOn>("nobody can go on");
}

// ---- Requests

TEST(Requests, OfThievesThatSleepStandUntilTheyAreWoken) {
  expect_to_hold<Requests<Insists::always>>();
  expect_to_hold<Requests<Insists::always, 2>>(parking_preemptions);
}
TEST(Requests, WouldBeLostIfTheySleptWithoutLookingWhetherTheyStand) {
  expect_to_break<Requests<Insists::never>>("nobody can go on");
}
TEST(Requests, WouldBeLostIfWhoTakesTheAnswerToAnothersLeftItAsleepWithoutOne) {
  expect_to_break<Requests<Insists::before_sleep, 2>>("nobody can go on");
}

// ---- Parking with deadlines

struct NotAnnouncingDeadlines : Deadlines {
  void announce(std::int64_t) override {}
};

TEST(Parking, HasOneWhoSleepsWatchTheDeadlines) { expect_to_hold<Deadlines>(2); }
TEST(Parking, WouldSleepOverADeadlineThatIsNotAnnounced) {
  expect_to_break<NotAnnouncingDeadlines>("nobody can go on");
}

// ---- The join

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

TEST(Join, ResumesTheParentOnceAfterTheLastChild) { expect_to_hold<Joining>(); }
TEST(Join, WouldNotResumeAParentThatDoesNotLookAgain) {
  expect_to_break<NotLookingAgain>("the parent was not resumed");
}
TEST(Join, WouldResumeEarlyIfAStolenChildCountedAsReturned) {
  expect_to_break<ForgettingAChild>("the parent did not wait for a child");
}

// ---- The stolen task

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
