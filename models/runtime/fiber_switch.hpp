// How fibers begin, wait, give way and end.
//
// Inside a fiber the worker is a reference that is replaced after every call that may switch, since
// the fiber may go on elsewhere: `Worker* worker = &suspend(*worker, …)`. A thread_local would do
// only if compilers did not keep its address across the switch, and they do.
#pragma once

#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

// Switches to `to`; the side that arrives there runs `hook`. Returns, once somebody switches back,
// the worker on which that happened.
[[gnu::always_inline]] inline Worker& switch_to(Worker& worker, Fiber& to, Hook hook,
                                                void* argument) {
  FiberThread& thread = worker.fibers;
  Fiber& self = *thread.current;
  void* const caught = thread.exceptions->caught;
  const unsigned uncaught = thread.exceptions->uncaught;
  thread.current = &to;
  self.shadow.leave_for(to.shadow, false);
  const Crossing back = switch_context(self.context, to.context, {&worker, hook, argument});
  self.shadow.arrive();
  back.worker->fibers.exceptions->caught = caught;
  back.worker->fibers.exceptions->uncaught = uncaught;
  if (back.hook) back.hook(*back.worker, back.argument);
  return *back.worker;
}

// The same for a fiber that ends; its stack goes back to the worker.
[[noreturn, gnu::always_inline]] inline void leave_for(Worker& worker, Fiber& to) {
  FiberThread& thread = worker.fibers;
  Fiber& self = *thread.current;
  thread.current = &to;
  thread.stacks.give(&self);
  self.shadow.leave_for(to.shadow, true);
  switch_context(self.context, to.context, {&worker, nullptr, nullptr});
  __builtin_unreachable();
}

// What an entry does first.
[[gnu::always_inline]] inline void arrive(Worker& worker) {
  worker.fibers.current->shadow.arrive();
  worker.fibers.exceptions->caught = nullptr;
  worker.fibers.exceptions->uncaught = 0;
}

// A stack of its own for a fiber that has not begun.
Fiber& begin_fiber(Worker& worker, UnstartedFiber* unstarted);

// The same for what is no fiber yet, and the worker's own stack for what is no fiber's work.
Fiber& other_fiber_for(Worker& worker, Runnable runnable);

// The fiber to switch to in order to run this.
inline Fiber& fiber_for(Worker& worker, Runnable runnable) {
  if (runnable && runnable.kind() == Kind::fiber) [[likely]] {
    return *static_cast<Fiber*>(runnable.what());
  }
  return other_fiber_for(worker, runnable);
}

// Lets others run until the current fiber is woken. `hook` makes that possible: it runs once the
// fiber is suspended.
inline Worker& suspend(Worker& worker, Hook hook, void* argument) {
  return switch_to(worker, fiber_for(worker, worker.next()), hook, argument);
}

// Lets others run, if there are any, and then goes on. Nobody else looks into the ring, so the
// fiber may be put there before its context is saved.
inline Worker& give_way(Worker& worker, bool pinned) {
  const Runnable other = worker.next();
  if (!other) return worker;
  Fiber& to = fiber_for(worker, other);
  worker.later({Kind::fiber, worker.fibers.current, pinned});
  return switch_to(worker, to, nullptr, nullptr);
}

// By the worker's own stack: runs the fiber, or begins one, and whatever those
// switch to until there is nothing left for fibers.
void run_fiber(Worker& worker, Runnable runnable);

}  // namespace concbench::runtime
