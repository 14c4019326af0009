#include "models/runtime/scheduler.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <string>
#include <system_error>

#include "models/runtime/fiber_switch.hpp"
#include "models/runtime/join.hpp"

namespace concbench::runtime {
namespace {

// Closures nest on the worker's stack as deep as their tree; only pages that are touched count.
constexpr std::size_t thread_stack_bytes = std::size_t{64} << 20;
constexpr std::size_t thread_reserve_bytes = std::size_t{1} << 20;

// As deep as a few hundred coroutines that begin each other; a deeper tree would only use more
// stack, and more of the cache.
constexpr std::size_t nest_bytes = std::size_t{64} << 10;

// Waking a sleeping virtual CPU takes 24 to 37 µs (measured on a cloud machine), so a search of
// about that length at most doubles the wait.
constexpr auto search_time = std::chrono::microseconds(40);

constexpr auto nanosecond = std::chrono::nanoseconds(1);

// Every so many tasks the order of the queues changes for once.
constexpr std::uint32_t turns = 64;

// Taking a task from another core moves some lines of cache, for each side about as long as a task
// of this length takes.
constexpr auto worthwhile_time = std::chrono::nanoseconds(500);
constexpr std::chrono::steady_clock::duration least_hold = std::chrono::nanoseconds(500),
                                              most_hold = std::chrono::microseconds(16);

}  // namespace

thread_local constinit Worker* this_worker = nullptr;

// ---- Worker: its queues

// The slow way of `push`: a thief has asked, or the deque is full.
bool Worker::push_and_give(Runnable runnable) {
  if (!deque_.put(runnable)) return false;
  if (wanted()) give();
  return true;
}

// The slow way of `accept`: a thief has asked, or the deque is full.
bool Worker::give_from(Deque::Position head) {
  if (!deque_.has_room(head)) return false;
  deque_.set_head(head);
  if (wanted()) give();
  return true;
}

// The slow way of `take_back`: it was shared, or a thief has asked for more.
bool Worker::take_back_and_give(Deque::Position position) {
  const bool back = deque_.take_back(position);
  if (wanted()) give();
  return back;
}

// The slow way of `later`. Out of line, so that a coroutine that gives way saves fewer registers:
// 6.9 ns a yield against 7.1.
void Worker::push_and_grow(Runnable runnable) { ring_.push(runnable); }

// Answers a thief: half of the deque to whoever comes first or, if that is empty, half of the ring
// to the one that asked.
void Worker::give() {
  if (deque_.share()) return scheduler_.parking_.announce();
  Worker* asker = asker_.load(std::memory_order_relaxed);
  if (ring_.size() < 2 || asker == nullptr || asker == this) return;
  deque_.answer();
  for (std::size_t left = ring_.size(), sent = 0, most = left / 2; left > 0; --left) {
    const Runnable oldest = ring_.pop();
    const bool goes = sent < most && !oldest.pinned();
    sent += goes;
    goes ? asker->inbox_.put(oldest) : ring_.push(oldest);
  }
  scheduler_.unpark(*asker);
}

Runnable Worker::next_in_turn() {
  if (wanted()) give();
  if (patience_ == 0) {
    const bool timed = timers_.earliest() != TimerHeap::never;
    if (timed) take_due(timers_, Stopwatch::now());
    patience_ = timed ? 1 : turns;
    if (!timed || ++timed_turns_ % turns == 0) {
      inbox_.move_to(ring_);
      if (const Runnable oldest = ring_.pop()) return oldest;
    }
  }
  if (slot_) return std::exchange(slot_, {});
  if (const Runnable forked = deque_.pop()) return forked;
  return ring_.pop();
}

void Worker::send(Runnable runnable) {
  inbox_.put(runnable);
  scheduler_.unpark(*this);
}

// ---- Worker: timers

void Worker::wake_at(std::int64_t deadline_ns, Runnable runnable) {
  patience_ = 1;
  if (timers_.set(deadline_ns, runnable)) scheduler_.parking_.announce(deadline_ns);
}

void Worker::take_due(TimerHeap& timers, std::int64_t now_ns) {
  Runnable due[32];  // the rest next time, or by others
  const std::size_t taken = timers.take_due(now_ns, due);
  for (std::size_t i = 0; i < taken; ++i) ring_.push(due[i]);
}

// ---- Worker: finding work

Runnable Worker::steal_from(Worker& victim) {
  const Runnable stolen = victim.deque_.steal();
  if (!stolen) ask(victim);
  return stolen;
}

void Worker::ask(Worker& victim) {
  victim.asker_.store(this, std::memory_order_relaxed);
  victim.deque_.ask();
}

// Whether there was one that was not asked already.
bool Worker::ask_all() {
  bool asks = false;
  for (const auto& victim : scheduler_.workers_) {
    if (victim.get() == this || victim->deque_.asked()) continue;
    ask(*victim);
    asks = true;
  }
  return asks;
}

// One round over all others, from a random one on.
Runnable Worker::steal() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  const std::size_t workers = scheduler_.size(), first = random_ % workers;
  for (std::size_t i = 0; i < workers; ++i) {
    Worker& victim = scheduler_.worker((first + i) % workers);
    if (&victim == this) continue;
    if (const Runnable stolen = steal_from(victim)) return stolen;
  }
  return {};
}

// Stolen work that was done in no time has cost its owner more than it helped: then the thief holds
// off, twice as long each time. Without that a fan of empty tasks took two workers three times as
// long as one.
Worker::Clock::duration Worker::hold_off(Clock::time_point now) {
  if (stole_at_ != Clock::time_point{}) {  // else there is nothing new to judge by
    const bool worthwhile = now - stole_at_ > worthwhile_time;
    held_off_ = worthwhile ? Clock::duration{} : std::clamp(2 * held_off_, least_hold, most_hold);
    stole_at_ = {};
  }
  return held_off_;
}

// Waits until there is something to run or `until` is done; then returns nothing.
Runnable Worker::search(const Until& until) {
  sightings_.look();
  scheduler_.parking_.search();
  for (;;) {
    Clock::time_point now = Clock::now();
    const Clock::time_point end = now + search_time, steal_from = now + hold_off(now);
    for (unsigned round = 1;; ++round) {
      inbox_.move_to(ring_);
      for (const auto& worker : scheduler_.workers_) {
        take_due(worker->timers_, now.time_since_epoch() / nanosecond);
      }
      Runnable runnable = next();
      bool last = false;
      if (!runnable) {
        last = !scheduler_.may_search() || now > end;
        if (last || now >= steal_from) runnable = steal();
        if (runnable) stole_at_ = Clock::now();
      }
      if (runnable || until()) {
        scheduler_.found(*this);
        sightings_.look();
        return runnable;
      }
      if (last) break;
      pause();
      if (round % 8 == 0) now = Clock::now();
    }
    scheduler_.sleep(*this, until);
    sightings_.look();
  }
}

void Worker::help(const Until& until) {
  while (!until()) {
    Runnable runnable = next();
    if (!runnable) runnable = search(until);
    if (runnable) run(runnable);
  }
}

void Worker::run(Runnable runnable) {
  switch (runnable.kind()) {
    case Kind::closure: {
      auto* closure = static_cast<Closure*>(runnable.what());
      return closure->run(*this, closure);
    }
    case Kind::coroutine: return std::coroutine_handle<>::from_address(runnable.what()).resume();
    case Kind::fiber:
    case Kind::unstarted: return run_fiber(*this, runnable);
  }
}

void Worker::loop() {
  const Until stopped{
      [](const void* stopping) { return static_cast<const std::atomic<bool>*>(stopping)->load(); },
      &scheduler_.stopping_};
  help(stopped);
}

void Worker::start(int cpu) {
  sightings_.pin(cpu);
  this_worker = this;
  fibers.current = &fibers.thread;
  fibers.exceptions = reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* bottom;
  std::size_t bytes;
  pthread_attr_getstack(&attributes, &bottom, &bytes);
  pthread_attr_destroy(&attributes);
  low_ = static_cast<std::byte*>(bottom) + thread_reserve_bytes;
  nest_low_ = static_cast<std::byte*>(__builtin_frame_address(0)) - nest_bytes;
  fibers.thread.shadow.describe(bottom, bytes, true);
}

// Returns once the thread is bound to its CPU.
void Worker::launch(int cpu) {
  struct Start {
    Worker& worker;
    const int cpu;
    Failure failure;
  } start{*this, cpu, {}};
  const auto body = [](void* argument) -> void* {
    auto& [worker, cpu, failure] = *static_cast<Start*>(argument);
    Worker& self = worker;  // `start` is gone once `state_` has changed
    State state = State::running;
    try {
      self.start(cpu);
    } catch (...) {
      failure.keep(std::current_exception());
      state = State::failed;
    }
    self.state_.store(state);
    self.state_.notify_one();
    if (state == State::running) self.loop();
    return nullptr;
  };
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, thread_stack_bytes);
  const int error = pthread_create(&thread_, &attributes, body, &start);
  pthread_attr_destroy(&attributes);
  if (error) {
    throw Exhausted("a worker thread cannot be started: " + std::generic_category().message(error));
  }
  state_.wait(State::none);
  start.failure.rethrow();
}

void Worker::join() {
  if (state_.load() == State::none) return;
  scheduler_.unpark(*this);
  pthread_join(thread_, nullptr);
}

// ---- Scheduler

Scheduler::Scheduler(const std::vector<int>& cpus, std::size_t fiber_stack_bytes)
    : parking_(cpus.size()) {
  if (fiber_stack_bytes) stacks_ = std::make_unique<Stacks>(fiber_stack_bytes);
  for (unsigned i = 0; i < cpus.size(); ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, i));
    if (stacks_) workers_.back()->fibers.stacks.attach(stacks_.get());
  }
  try {
    for (std::size_t i = 0; i < cpus.size(); ++i) workers_[i]->launch(cpus[i]);
  } catch (...) {
    stop();
    throw;
  }
}

Scheduler::~Scheduler() { stop(); }

void Scheduler::stop() {
  stopping_.store(true);
  for (const auto& worker : workers_) worker->join();
}

std::vector<WorkerReport> Scheduler::reports() const {
  std::vector<WorkerReport> reports;
  for (const auto& worker : workers_) reports.push_back(worker->sightings_.report());
  return reports;
}

Outcome Scheduler::run(Runnable root) {
  for (const auto& worker : workers_) worker->tally = {};
  if (size() > 1) unpark(*workers_.back());  // a thief, so that no task pays for waking the first
  const std::uint32_t before = runs_finished_.load();
  worker(0).send(root);
  runs_finished_.wait(before);
  Outcome sum{};
  for (const auto& worker : workers_) {
    sum.answer += worker->tally.answer;
    sum.ops += worker->tally.ops;
  }
  return sum;
}

void Scheduler::finish() {
  runs_finished_.fetch_add(1);
  runs_finished_.notify_all();
}

// At most half of the workers search, but always two: a pair that sends to and fro must not sleep.
bool Scheduler::may_search() const {
  return size() > 1 && parking_.searchers() <= std::max(2u, size() / 2);
}

bool Scheduler::visible_work() const {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->deque_.has_shared(); });
}

std::int64_t Scheduler::earliest_deadline() const {
  std::int64_t earliest = TimerHeap::never;
  for (const auto& worker : workers_) earliest = std::min(earliest, worker->timers_.earliest());
  return earliest;
}

void Scheduler::unpark(Worker& worker) { parking_.unpark(worker.parking_slot_); }

// Owners share only when they are asked, and a request may have been answered with work that its
// owner took back, or that another thief took, before the one that asked came: who sleeps on would
// not be woken again. So nobody sleeps, and no last searcher leaves sleepers to themselves, before
// a request stands at every other worker. Whether there is work without that.
bool Scheduler::finds_or_asks(Worker& worker) const {
  while (!visible_work()) {
    if (!worker.ask_all()) return false;
  }
  return true;
}

// A searcher has found what it waited for.
void Scheduler::found(Worker& worker) {
  parking_.found([&] { return finds_or_asks(worker); }, [this] { return earliest_deadline(); });
}

// Called and left as a searcher.
void Scheduler::sleep(Worker& worker, const Until& until) {
  const auto finds_any = [&] { return until() || !worker.inbox_.empty() || finds_or_asks(worker); };
  parking_.sleep(worker.parking_slot_, finds_any, [this] { return earliest_deadline(); });
}

}  // namespace concbench::runtime
