#include "models/runtime/fiber_switch.hpp"

namespace concbench::runtime {
namespace {

CONCBENCH_STACK_ENTRY [[noreturn]] void run_seed(Worker* worker, Hook hook, void* argument) {
  arrive(*worker);
  if (hook) hook(*worker, argument);
  Seed* seed = worker->fibers.current->seed;
  Worker& last = seed->body(*worker, seed);
  leave_for(last, fiber_for(last, last.next()));
}

}  // namespace

Fiber& plant(Worker& worker, Seed* seed) {
  Fiber& fiber = *worker.fibers.stacks.take();
  fiber.seed = seed;
  fiber.prepare(run_seed);
  return fiber;
}

Fiber& other_fiber_for(Worker& worker, Runnable runnable) {
  if (!runnable) return worker.fibers.thread;
  if (runnable.kind() == Kind::seed) return plant(worker, static_cast<Seed*>(runnable.what()));
  worker.wake(runnable);
  return worker.fibers.thread;
}

void run_fiber(Worker& worker, Runnable runnable) {
  // Fibers leave the thread's stack and come back to it on the same thread.
  switch_to(worker, fiber_for(worker, runnable), nullptr, nullptr);
}

}  // namespace concbench::runtime
