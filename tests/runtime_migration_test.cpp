// Tasks that change workers every time they wait: each time they must find themselves where they
// were sent, with all that is theirs.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <vector>

#include "models/runtime/coroutine.hpp"
#include "models/runtime/fiber_switch.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {
namespace {

constexpr unsigned workers = 3;
constexpr int walkers = 20, moves = 500;

std::vector<int> cpus() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpus.size() < workers; cpu = (cpu + 1) % CPU_SETSIZE) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// What is wrong, told from any thread.
std::atomic<int> strayed{0}, confused{0};
std::atomic<int> walking{0};

void leave(Scheduler& scheduler) {
  if (walking.fetch_sub(1) == 1) scheduler.finish();
}

void expect_a_good_walk(Scheduler& scheduler, Runnable start) {
  strayed = confused = 0;
  walking = walkers;
  scheduler.run(start);
  EXPECT_EQ(strayed, 0) << "tasks went on elsewhere than they were sent";
  EXPECT_EQ(confused, 0) << "tasks lost an exception of theirs";
}

// The thread that runs; not inlined, since compilers keep what they know of a thread.
[[gnu::noinline]] pid_t thread_here() { return gettid(); }
[[gnu::noinline]] Worker* worker_here() { return this_worker; }

Worker& next_of(Worker& worker) {
  return worker.scheduler().worker((worker.index() + 1) % workers);
}

// ---- Fibers

struct FiberWalk : UnstartedFiber {
  FiberWalk() : UnstartedFiber{walk} {}

  // Published only once the fiber is suspended: from then on it runs elsewhere. Pinned, or a third
  // worker might take it.
  static void send(Worker& worker, void* fiber) {
    next_of(worker).send({Kind::fiber, fiber, true});
  }

  static Worker& walk(Worker& first, UnstartedFiber*) {
    Worker* worker = &first;
    for (int i = 0; i < moves; ++i) {
      const pid_t thread = thread_here();
      Worker& target = next_of(*worker);
      try {
        try {
          throw i;
        } catch (int) {
          worker = &suspend(*worker, send, worker->fibers.current);
          if (worker != &target || worker_here() != &target || thread_here() == thread) ++strayed;
          throw;  // the one in flight, whoever else threw on either worker meanwhile
        }
      } catch (int thrown) {
        if (thrown != i || std::uncaught_exceptions() != 0) ++confused;
      }
    }
    leave(worker->scheduler());
    return *worker;
  }
};

struct FiberWalks : UnstartedFiber {
  FiberWalks() : UnstartedFiber{begin} {}
  static Worker& begin(Worker& worker, UnstartedFiber* unstarted) {
    for (FiberWalk& walk : static_cast<FiberWalks*>(unstarted)->walks) {
      worker.later({Kind::unstarted, static_cast<UnstartedFiber*>(&walk)});
    }
    return worker;
  }
  FiberWalk walks[walkers];
};

TEST(Fibers, FindThemselvesWhereTheyWereSentAtEveryWait) {
  Scheduler scheduler(cpus(), 64 * 1024);
  for (int round = 0; round < 3; ++round) {
    FiberWalks walks;
    expect_a_good_walk(scheduler, {Kind::unstarted, static_cast<UnstartedFiber*>(&walks)});
  }
}

// ---- Coroutines

// Frees itself at its end.
struct Walk {
  struct promise_type : FrameFromWorker {
    Walk get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

class MoveTo {
 public:
  explicit MoveTo(Worker& target) : target_(target) {}
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) {
    Worker& left = here();
    target_.send(runnable(self, true));
    return go_on(left);
  }
  void await_resume() const {}

 private:
  Worker& target_;
};

Walk walk() {
  for (int i = 0; i < moves; ++i) {
    const pid_t thread = thread_here();
    Worker& target = next_of(*worker_here());
    std::exception_ptr kept;  // a handler may not wait in C++20
    try {
      throw i;
    } catch (int) {
      kept = std::current_exception();
    }
    co_await MoveTo(target);
    if (worker_here() != &target || thread_here() == thread) ++strayed;
    try {
      std::rethrow_exception(kept);
    } catch (int thrown) {
      if (thrown != i) ++confused;
    }
  }
  leave(worker_here()->scheduler());
}

Walk begin_walks() {
  for (int i = 0; i < walkers; ++i) here().later(runnable(walk().handle));
  co_return;
}

struct BeginWalks : Closure {
  BeginWalks() : Closure{[](Worker&, Closure*) { begin_walks().handle.resume(); }} {}
};

TEST(Coroutines, FindThemselvesWhereTheyWereSentAtEveryWait) {
  Scheduler scheduler(cpus());
  for (int round = 0; round < 3; ++round) {
    BeginWalks begin;
    expect_a_good_walk(scheduler, {Kind::closure, &begin});
  }
}

}  // namespace
}  // namespace concbench::runtime
