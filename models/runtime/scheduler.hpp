// The one scheduler of pool, fibers and coroutines: a worker thread a CPU, each with queues of its
// own, that steal from each other and sleep when there is nothing to do.
//
// What a worker runs next:
//   1. the hand-off slot: what was woken last, its data still in the cache;
//   2. the deque: what was forked last (thieves take what was forked first);
//   3. the ring: what was woken or yielded before, in order;
//   4. the inbox: what others sent; then what can be stolen.
// Every 64th time the order is inbox, ring, slot, deque, so that a pair that keeps waking each
// other starves nobody.
//
// Tasks whose timers fall due join the ring: the worker looks at the clock between any two tasks
// as long as it has timers, and those that search look at the timers of all.
//
// How workers sleep, and who wakes them, is in parking.hpp: no work that others can see is lost to
// sleep.
//
// Work in the private part of a deque or in a ring is not visible. Thieves ask for it, also before
// they sleep; the owner gives when it next pushes, pops or switches, and then wakes a sleeper.
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "models/model.hpp"
#include "models/runtime/blocks.hpp"
#include "models/runtime/deque.hpp"
#include "models/runtime/fiber.hpp"
#include "models/runtime/inbox.hpp"
#include "models/runtime/parking.hpp"
#include "models/runtime/ring.hpp"
#include "models/runtime/runnable.hpp"
#include "models/runtime/sightings.hpp"
#include "models/runtime/timers.hpp"

namespace concbench::runtime {

class Scheduler;

// How many tasks a task may have made that have not begun, before it lets them run: memory stays
// bounded, and the tasks stay in the cache. Thieves find more than enough.
inline constexpr std::size_t spawn_ahead = 256;

// What a worker that has nothing to run waits for besides work. Whoever makes it true does so
// sequentially consistently and then calls Scheduler::unpark.
struct Until {
  bool (*done)(const void*);
  const void* what;
  bool operator()() const { return done(what); }
};

// A worker. All but `send` and the thieves' part is for its own thread.
class alignas(64) Worker {
 public:
  Worker(Scheduler& scheduler, unsigned index) : scheduler_(scheduler), index_(index) {}

  unsigned index() const { return index_; }
  Scheduler& scheduler() const { return scheduler_; }

  // A forked task, for this worker or for thieves. False if the deque is full.
  bool push(Runnable runnable) {
    if (deque_.push(runnable)) [[likely]]
      return true;
    return push_and_give(runnable);
  }
  bool is_full() const { return deque_.is_full(); }
  // Whether a thief has asked for work: what is pushed next is given away.
  bool is_asked() const { return deque_.asked(); }
  // The task forked last, or nothing if it was stolen: then all that were forked before it are too.
  Runnable pop() {
    const Runnable newest = deque_.pop();
    if (wanted()) [[unlikely]]
      give();
    return newest;
  }

  // ---- The same for nested calls, which keep the deque's head in a register: see deque.hpp.

  Deque::Position head() const { return deque_.head(); }
  void set_head(Deque::Position head) { deque_.set_head(head); }
  // After up to Deque::slack pushes; false if there was no room for them.
  bool accept(Deque::Position head) { return deque_.accepts(head) || give_from(head); }
  // False if what was pushed there is stolen.
  bool take_back(Deque::Position position) {
    return (deque_.keeps(position) && !deque_.asked()) || take_back_and_give(position);
  }
  // Whether the thread's stack has room for more calls below this local of the caller's.
  bool has_room(const void* local) const { return on_stack(local) > low_; }
  // The same for calls that may as well return to the loop and be gone on with from there.
  bool may_nest(const void* local) const { return on_stack(local) > nest_low_; }

  // ---- Tasks that wait.

  // Makes a task runnable that waited; one with a home goes there, any other to the slot.
  void wake(Runnable runnable, Worker* home = nullptr) {
    if (home && home != this) return home->send(runnable);
    const Runnable before = std::exchange(slot_, runnable);
    if (before && !ring_.try_push(before)) [[unlikely]]
      push_and_grow(before);
  }
  // The same without haste: behind all that are in the ring.
  void later(Runnable runnable, Worker* home = nullptr) {
    if (home && home != this) return home->send(runnable);
    if (!ring_.try_push(runnable)) [[unlikely]]
      push_and_grow(runnable);
  }

  // Makes a task runnable at a certain time of Stopwatch::now. Before a task may be set, there must
  // be room: who makes it may fail.
  void make_room_for_timer() { timers_.make_room(); }
  void wake_at(std::int64_t deadline_ns, Runnable runnable);

  // What to run next of this worker's own, or nothing.
  Runnable next() {
    if (--patience_ == 0 || wanted()) [[unlikely]]
      return next_in_turn();
    if (slot_) return std::exchange(slot_, {});
    if (const Runnable forked = deque_.pop()) return forked;
    return ring_.pop();
  }

  // Runs one that is no suspended parent of the caller.
  void run(Runnable runnable);

  // For a closure that joins: runs other work, or sleeps, until `until` is done.
  void help(const Until& until);

  // From any thread.
  void send(Runnable runnable);

  // Tasks this worker has forked that nobody has taken yet: all of them, and those that are not
  // given to thieves.
  bool has_forked() const { return !deque_.empty(); }
  std::size_t backlog() const { return deque_.private_size(); }

  Blocks blocks;
  // What began as a call and has just returned from it; null if it has left that call instead.
  const void* returned = nullptr;
  FiberThread fibers;
  Outcome tally{};  // what tasks of the present run did on this worker

 private:
  friend class Scheduler;

  using Clock = std::chrono::steady_clock;
  enum class State { none, running, failed };

  void launch(int cpu);
  void start(int cpu);
  void loop();
  void join();
  static const void* on_stack([[maybe_unused]] const void* local) {
#if defined(CONCBENCH_ASAN)  // which may keep locals elsewhere
    return __builtin_frame_address(0);
#else
    return local;
#endif
  }
  // Whether a thief has asked and there is something to give.
  bool wanted() const { return deque_.asked() && (deque_.private_size() > 0 || ring_.size() > 1); }
  bool push_and_give(Runnable runnable);
  bool give_from(Deque::Position head);
  bool take_back_and_give(Deque::Position position);
  void push_and_grow(Runnable runnable);
  void give();
  Runnable next_in_turn();
  void take_due(TimerHeap& timers, std::int64_t now_ns);
  Runnable steal_from(Worker& victim);
  void ask(Worker& victim);
  bool ask_all();
  Runnable steal();
  Clock::duration hold_off(Clock::time_point now);
  Runnable search(const Until& until);

  Scheduler& scheduler_;
  const unsigned index_;
  std::uint32_t patience_ = 64;    // until it looks at its timers, or the order changes for once
  std::uint32_t timed_turns_ = 0;  // in which it looked at its timers
  Runnable slot_;
  Ring ring_;
  Deque deque_;
  std::uint64_t random_ = index_ + 1;
  Clock::time_point stole_at_{};  // what it ran last, if that was stolen
  Clock::duration held_off_{};    // how long it did not steal, because that was not worth it
  std::byte *low_ = nullptr, *nest_low_ = nullptr;
  Sightings sightings_;

  // Written by others.
  alignas(64) Inbox inbox_;
  TimerHeap timers_;
  std::atomic<Worker*> asker_{nullptr};
  Parking::Slot parking_slot_;
  std::atomic<State> state_{State::none};
  pthread_t thread_;
};

class Scheduler {
 public:
  // Starts a worker on each CPU and returns when all are bound and running.
  Scheduler(const std::vector<int>& cpus, std::size_t fiber_stack_bytes = 0);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  unsigned size() const { return static_cast<unsigned>(workers_.size()); }
  Worker& worker(std::size_t index) { return *workers_[index]; }
  std::vector<WorkerReport> reports() const;
  // Where fibers get their stacks from; null if there are none.
  const Stacks* stacks() const { return stacks_.get(); }

  // From outside: runs `root` on the first worker and returns once someone has called `finish`,
  // with the sum of the workers' tallies.
  Outcome run(Runnable root);
  void finish();

  // Wakes a worker if it sleeps.
  void unpark(Worker& worker);

 private:
  friend class Worker;

  void stop();
  bool may_search() const;
  bool visible_work() const;
  bool finds_or_asks(Worker& worker) const;
  std::int64_t earliest_deadline() const;
  void found(Worker& worker);
  void sleep(Worker& worker, const Until& until);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Stacks> stacks_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> runs_finished_{0};

  alignas(64) Parking parking_;
};

// The worker of the calling thread. Fibers must not use it: compilers keep the address of a
// thread_local across a switch, after which it belongs to another thread. They are told their
// worker by every call that may switch.
extern thread_local constinit Worker* this_worker;

}  // namespace concbench::runtime
