// A thief that sleeps beside an owner with work is woken, although another thief takes what the
// owner gave for its request: the scheduler itself does what the model checker's `Requests` asks of
// the protocol.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "models/machine/affinity.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The owner has work all the time; one thief sleeps, and the other comes from a task of its own
// just when the owner answers the sleeper.
struct Round {
  static constexpr unsigned sleeper = 1, latecomer = 2;  // the owner is worker 0

  std::atomic<bool> go{false}, over{false};
  std::atomic<int> ended{0};  // tasks that others ran
  Clock::time_point end = Clock::now() + 2s;

  bool waits() const { return !over.load() && Clock::now() < end; }
};

struct Task : Closure {
  Task(void (*body)(Round&, Worker&), Round& of) : body(body), round(of) {
    run = [](Worker& worker, Closure* self) {
      const Task& task = *static_cast<Task*>(self);
      task.body(task.round, worker);
      ++task.round.ended;
    };
  }
  Runnable runnable() { return {Kind::closure, this}; }

  void (*body)(Round&, Worker&);
  Round& round;
};

void keep_busy(Round& round, Worker&) {
  while (!round.go.load()) continue;
}

// Of the owner's work: it is over once the sleeper has some.
void work(Round& round, Worker& worker) {
  if (worker.index() == Round::sleeper) round.over.store(true);
  while (round.waits()) continue;
}

struct Owner : Closure {
  explicit Owner(std::chrono::nanoseconds head_start) : head_start(head_start) {
    run = [](Worker& worker, Closure* self) { static_cast<Owner*>(self)->own(worker); };
  }
  void own(Worker& worker) {
    worker.scheduler().worker(Round::latecomer).send(busy.runnable());
    std::this_thread::sleep_for(3ms);  // longer than a thief searches
    round.go.store(true);
    for (const auto begin = Clock::now(); Clock::now() - begin < head_start;) continue;
    int given = 1;
    given += is_stolen(worker, first);  // the answer to the sleeper
    given += is_stolen(worker, more);
    while (round.ended.load() < given) continue;
    worker.scheduler().finish();
  }
  // Forks the task and takes it back, until it is stolen or the round is over.
  bool is_stolen(Worker& worker, Task& task) const {
    while (round.waits()) {
      worker.push(task.runnable());
      if (!worker.pop()) return true;
    }
    return false;
  }

  Round round;
  Task busy{keep_busy, round}, first{work, round}, more{work, round};
  std::chrono::nanoseconds head_start;
};

// Whether the sleeper got work before the end.
bool play(Scheduler& scheduler, std::chrono::nanoseconds head_start) {
  Owner owner(head_start);
  scheduler.run({Kind::closure, &owner, true});
  return owner.round.over.load();
}

TEST(Requests, AreAskedAgainForASleeperByWhoTookTheAnswer) {
  const std::vector<int> cpus = os::allowed_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "the owner and a thief must work at the same time";
  Scheduler scheduler({cpus[0], cpus[0], cpus[1]});
  for (int round = 0; round < 300; ++round) {
    ASSERT_TRUE(play(scheduler, std::chrono::nanoseconds(round % 30 * 200))) << "round " << round;
  }
}

}  // namespace
}  // namespace concbench::runtime
