// What all coroutines of the model have in common: frames from the worker's freelists, and handing
// the worker on to whatever runs next.
//
// A coroutine may go on on another worker after every co_await, so `here()` is asked anew each
// time. Awaiters must not be aggregates with destructors: g++ 12 destroys an aggregate prvalue
// inside a co_await expression twice. Once a coroutine is published, its frame, with the awaiter in
// it, may be gone: what is needed after that is copied to locals first.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "models/runtime/join.hpp"
#include "models/runtime/reactor.hpp"
#include "models/runtime/scheduler.hpp"
#include "models/runtime/waiting.hpp"

namespace concbench::runtime {

inline Worker& here() { return *this_worker; }

inline Runnable runnable(std::coroutine_handle<> coroutine, bool pinned = false) {
  return {Kind::coroutine, coroutine.address(), pinned};
}

inline std::coroutine_handle<> handle_of(Runnable coroutine) {
  return std::coroutine_handle<>::from_address(coroutine.what());
}

// What to transfer to in order to run this: back to the worker's loop if it is no coroutine.
inline std::coroutine_handle<> transfer_to(Worker& worker, Runnable next) {
  if (next && next.kind() == Kind::coroutine) return handle_of(next);
  if (next) worker.wake(next);
  return std::noop_coroutine();
}
inline std::coroutine_handle<> go_on(Worker& worker) { return transfer_to(worker, worker.next()); }

// Base of promises: where frames come from.
struct FrameFromWorker {
  static void* operator new(std::size_t bytes) { return here().blocks.take(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { here().blocks.give(frame, bytes); }
};

// Suspends until all children of the join have arrived.
class AwaitAll {
 public:
  explicit AwaitAll(Join& join) : join_(join) {}
  bool await_ready() const { return join_.ready(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) {
    if (join_.settle()) return self;
    return go_on(here());
  }
  void await_resume() const {}

 private:
  Join& join_;
};

// Suspends if `must` is set, and then releases the lock: what an operation of waiting.hpp asks for.
class WaitIf {
 public:
  WaitIf(bool must, SpinLock& lock) : must_(must), lock_(lock) {}
  bool await_ready() const { return !must_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) {
    Worker& worker = here();
    lock_.unlock();
    return go_on(worker);
  }
  void await_resume() const {}

 private:
  const bool must_;
  SpinLock& lock_;
};

// Suspends until that time of Stopwatch::now.
class SleepUntil {
 public:
  explicit SleepUntil(std::int64_t deadline_ns) : deadline_ns_(deadline_ns) {}
  bool await_ready() const {
    here().make_room_for_timer();
    return false;
  }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) {
    Worker& worker = here();
    worker.wake_at(deadline_ns_, runnable(self));
    return go_on(worker);
  }
  void await_resume() const {}

 private:
  const std::int64_t deadline_ns_;
};

// Suspends until the socket has what it needs; goes on at home.
class AwaitSocket {
 public:
  AwaitSocket(Reactor& reactor, int socket, os::Need need, Worker& home)
      : reactor_(reactor), socket_(socket), need_(need), arrival_{{}, home} {}
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) {
    Worker& worker = here();
    arrival_.task = runnable(self);
    reactor_.await(socket_, need_, arrival_);
    return go_on(worker);
  }
  void await_resume() const {}

 private:
  Reactor& reactor_;
  const int socket_;
  const os::Need need_;
  Arrival arrival_;
};

// Lets others run, if there are any.
class GiveWay {
 public:
  explicit GiveWay(bool pinned) : pinned_(pinned) {}
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> self) {
    Worker& worker = here();
    const Runnable other = worker.next();
    if (!other) return self;
    worker.later(runnable(self, pinned_));
    return transfer_to(worker, other);
  }
  void await_resume() const {}

 private:
  const bool pinned_;
};

}  // namespace concbench::runtime
