#include "models/runtime/fiber_switch.hpp"

namespace concbench::runtime {
namespace {

CONCBENCH_STACK_ENTRY [[noreturn]] void run_unstarted(Worker* worker, Hook hook, void* argument) {
  arrive(*worker);
  if (hook) hook(*worker, argument);
  UnstartedFiber* unstarted = worker->fibers.current->unstarted;
  Worker& last = unstarted->body(*worker, unstarted);
  leave_for(last, fiber_for(last, last.next()));
}

}  // namespace

Fiber& begin_fiber(Worker& worker, UnstartedFiber* unstarted) {
  Fiber& fiber = *worker.fibers.stacks.take();
  fiber.unstarted = unstarted;
  fiber.prepare(run_unstarted);
  return fiber;
}

Fiber& other_fiber_for(Worker& worker, Runnable runnable) {
  if (!runnable) return worker.fibers.thread;
  if (runnable.kind() == Kind::unstarted)
    return begin_fiber(worker, static_cast<UnstartedFiber*>(runnable.what()));
  worker.wake(runnable);
  return worker.fibers.thread;
}

void run_fiber(Worker& worker, Runnable runnable) {
  // Fibers leave the thread's stack and come back to it on the same thread.
  switch_to(worker, fiber_for(worker, runnable), nullptr, nullptr);
}

}  // namespace concbench::runtime
