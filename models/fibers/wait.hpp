// How a fiber of the model waits: for a lock's holder, for its children, for a time.
#pragma once

#include <cstdint>

#include "models/runtime/fiber_switch.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/lock.hpp"
#include "models/runtime/reactor.hpp"

namespace concbench::fibers {

using namespace runtime;

// Throughout, `worker` is where the fiber runs now; whatever may switch replaces it.

inline Runnable current(Worker* worker, Worker* home = nullptr) {
  return {Kind::fiber, worker->fibers.current, home != nullptr};
}

// Suspends with the lock held; it is released once the fiber can be resumed.
inline void wait(Worker*& worker, SpinLock& lock) {
  worker = &suspend(
      *worker, [](Worker&, void* lock) { static_cast<SpinLock*>(lock)->unlock(); }, &lock);
}

// Waits until all children of the join have arrived.
inline void await(Worker*& worker, Join& join) {
  struct Parent {
    Join& join;
    Runnable fiber;
  } parent{join, current(worker)};
  if (join.ready()) return;
  const Hook settle = [](Worker& other, void* argument) {
    const auto [join, fiber] = *static_cast<Parent*>(argument);
    if (join.settle()) other.wake(fiber);
  };
  worker = &suspend(*worker, settle, &parent);
}

// Waits until that time of Stopwatch::now.
inline void sleep_until(Worker*& worker, std::int64_t deadline_ns) {
  struct Alarm {
    std::int64_t deadline_ns;
    Runnable fiber;
  } alarm{deadline_ns, current(worker)};
  worker->make_room_for_timer();
  const Hook set = [](Worker& other, void* argument) {
    const auto [deadline_ns, fiber] = *static_cast<Alarm*>(argument);
    other.wake_at(deadline_ns, fiber);
  };
  worker = &suspend(*worker, set, &alarm);
}

// Waits until the socket has what it needs; goes on at home.
inline void await(Worker*& worker, Reactor& reactor, int socket, os::Need need, Worker& home) {
  struct Wish {
    Reactor& reactor;
    const int socket;
    const os::Need need;
    Arrival arrival;
  } wish{reactor, socket, need, {current(worker), home}};
  const Hook ask = [](Worker&, void* argument) {
    auto& [reactor, socket, need, arrival] = *static_cast<Wish*>(argument);
    reactor.await(socket, need, arrival);
  };
  worker = &suspend(*worker, ask, &wish);
}

}  // namespace concbench::fibers
