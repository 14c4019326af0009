// fibers: tasks with stacks of their own, many on few workers (M:N), switched in user space.
//
// A fiber may wait anywhere, at any depth of calls: it saves a handful of registers and the worker
// goes on with another. Forking runs the child at once and queues the parent, so that a tree is
// walked depth first and only as many fibers are alive as the tree is deep; the parent is what
// thieves take.
#include <charconv>
#include <new>

#include "models/describe.hpp"
#include "models/fibers/hold.hpp"
#include "models/fibers/meet.hpp"
#include "models/fibers/wait.hpp"
#include "models/runtime/barrier.hpp"
#include "models/runtime/fan.hpp"
#include "models/runtime/graph.hpp"
#include "models/runtime/in_order.hpp"
#include "models/runtime/loop.hpp"
#include "models/runtime/mutex.hpp"
#include "models/runtime/serving.hpp"
#include "models/script.hpp"

namespace concbench {
namespace fibers {

// ---- fork_join

template <class K>
typename K::Result grow_pair(Worker*& worker, K kernel, typename K::Node node);
template <class K>
typename K::Result grow_many(Worker*& worker, K kernel, const typename K::Node& node);

// Runs the task of a node. Leaves, which are most of a tree, are spared a call, and nodes of binary
// trees, which are common, a loop.
template <class K>
[[gnu::always_inline]] inline typename K::Result evaluate(Worker*& worker, K kernel,
                                                          typename K::Node node) {
  static_assert(std::is_trivially_copyable_v<typename K::Result>, "results are plain data");
  ++worker->tally.ops;
  if (kernel.children(node).empty()) return kernel.leaf(node);
  if constexpr (Binary<K>) {
    return grow_pair(worker, kernel, node);
  } else {
    return grow_many(worker, kernel, node);
  }
}

template <class K>
struct Child {
  K kernel;
  typename K::Node node;
  typename K::Result& result;
  Join& join;
  Fiber& parent;
};

// The life of a child's fiber, from the first instruction on its stack.
template <class K>
CONCBENCH_STACK_ENTRY [[noreturn]] void run_child(Worker* worker, Hook, void* argument) {
  arrive(*worker);
  // Field by field: a copy of all would wait for the stores of its parts to reach the cache.
  const auto* child = static_cast<Child<K>*>(argument);
  const K kernel = child->kernel;
  const typename K::Node node = child->node;
  typename K::Result& result = child->result;
  Join& join = child->join;
  Fiber& parent = child->parent;

  const Runnable waiting{Kind::fiber, &parent};
  const bool queued = worker->push(waiting);  // from here on the parent may run elsewhere
  try {
    result = evaluate(worker, kernel, node);
  } catch (...) {
    join.failure.keep(std::current_exception());
  }
  const Runnable newest = queued ? worker->pop() : waiting;
  if (newest == waiting) {
    join.returned();
    leave_for(*worker, parent);
  }
  if (newest) worker->push(newest);
  if (join.arrive()) leave_for(*worker, parent);
  leave_for(*worker, fiber_for(*worker, worker->next()));
}

template <class K>
[[gnu::always_inline]] inline void fork(Worker*& worker, K kernel, typename K::Node node,
                                        typename K::Result& result, Join& join) {
  Child<K> child{kernel, node, result, join, *worker->fibers.current};
  Fiber& fiber = *worker->fibers.stacks.take();
  fiber.prepare(run_child<K>);
  join.expect();
  worker = &switch_to(*worker, fiber, nullptr, &child);
}

// Runs a child as a call while the stack has room.
template <class K>
[[gnu::always_inline]] inline void call(Worker*& worker, K kernel, typename K::Node node,
                                        typename K::Result& result, Join& join) {
  if (worker->fibers.current->has_room()) [[likely]] {
    result = evaluate(worker, kernel, node);
  } else {
    fork(worker, kernel, node, result, join);
  }
}

// Forks the first child and calls the second.
template <class K>
typename K::Result grow_pair(Worker*& worker, K kernel, typename K::Node node) {
  Join join;
  typename K::Result first, second;
  try {
    fork(worker, kernel, kernel.left(node), first, join);
    call(worker, kernel, kernel.right(node), second, join);
  } catch (...) {
    join.failure.keep(std::current_exception());
  }
  await(worker, join);  // whatever happened, children still use this frame
  join.failure.rethrow();
  return kernel.fold(first, second);
}

// Forks all children but the last, which goes on in its parent's fiber, and in the same call: its
// parent is at its end.
template <class K>
typename K::Result grow_many(Worker*& worker, K kernel, const typename K::Node& parent) {
  struct Slot {
    typename K::Result result;
  };
  Join join;
  InOrder<K, Slot> results(kernel);
  try {
    typename K::Node node = parent;
    Offspring<K> rest = kernel.children(node);
    for (;;) {
      node = rest.next();
      if (rest.empty()) {
        ++worker->tally.ops;
        rest = kernel.children(node);
        if (!rest.empty()) continue;
        results.add(kernel.leaf(node));
        break;
      }
      Slot& slot = results.slot();
      const std::int32_t before = join.expected();
      fork(worker, kernel, node, slot.result, join);
      join.expected() == before ? results.add(slot.result) : results.await();
    }
  } catch (...) {
    join.failure.keep(std::current_exception());
  }
  await(worker, join);
  join.failure.rethrow();
  return results.total();
}

// ---- fan_out

template <class K>
struct FanTask : UnstartedFiber {
  FanTask(Fan& fan, Runnable parent, K kernel, typename K::Ticket ticket)
      : UnstartedFiber{run_one}, fan(fan), parent(parent), kernel(kernel), ticket(ticket) {}

  static Worker& run_one(Worker& worker, UnstartedFiber* unstarted) {
    auto* task = static_cast<FanTask*>(unstarted);
    Fan& fan = task->fan;
    const Runnable parent = task->parent;
    const K kernel = task->kernel;
    const typename K::Ticket ticket = task->ticket;
    worker.blocks.give(task, sizeof(FanTask));
    ++worker.tally.ops;
    try {
      worker.tally.answer += kernel.body(ticket);
    } catch (...) {
      fan.join.failure.keep(std::current_exception());
    }
    if (fan.end(worker)) worker.wake(parent);
    return worker;
  }

  Fan& fan;
  const Runnable parent;
  const K kernel;
  const typename K::Ticket ticket;
};

// ---- loop

template <class K>
struct LoopTask : UnstartedFiber {
  LoopTask(SplitLoop<K>& loop, Runnable parent, Share part)
      : UnstartedFiber{run_one}, loop(loop), parent(parent), part(part) {}

  // Goes through a part, a fiber for each that is cut off.
  static void run(SplitLoop<K>& loop, Runnable parent, Worker& worker, Share part) {
    loop.run(worker, part, [&](Share rest) {
      worker.push({Kind::unstarted,
                   new (worker.blocks.take(sizeof(LoopTask))) LoopTask(loop, parent, rest)});
    });
  }

  static Worker& run_one(Worker& worker, UnstartedFiber* unstarted) {
    auto* task = static_cast<LoopTask*>(unstarted);
    SplitLoop<K>& loop = task->loop;
    const Runnable parent = task->parent;
    const Share part = task->part;
    worker.blocks.give(task, sizeof(LoopTask));
    run(loop, parent, worker, part);
    if (loop.end()) worker.wake(parent);
    return worker;
  }

  SplitLoop<K>& loop;
  const Runnable parent;
  const Share part;
};

// ---- graph

template <class K>
struct GraphFiber : UnstartedFiber {
  GraphFiber(RunningGraph<K>& graph, Runnable parent, GraphTask task)
      : UnstartedFiber{run_one}, graph(graph), parent(parent), task(task) {}

  // What makes tasks on a worker.
  static auto spawner(RunningGraph<K>& graph, Runnable parent, Worker& worker) {
    return [&graph, parent, &worker](GraphTask task) {
      if (worker.is_full()) return false;
      void* const block = worker.blocks.take(sizeof(GraphFiber));
      return worker.push({Kind::unstarted, new (block) GraphFiber(graph, parent, task)});
    };
  }

  static Worker& run_one(Worker& worker, UnstartedFiber* unstarted) {
    auto* self = static_cast<GraphFiber*>(unstarted);
    RunningGraph<K>& graph = self->graph;
    const Runnable parent = self->parent;
    const GraphTask task = self->task;
    worker.blocks.give(self, sizeof(GraphFiber));
    if (graph.run(worker, task, spawner(graph, parent, worker)) && graph.join.arrive()) {
      worker.wake(parent);
    }
    return worker;
  }

  RunningGraph<K>& graph;
  const Runnable parent;
  const GraphTask task;
};

// ---- The model

// The fiber that is run from outside, and then lets the caller go on.
template <class Body>
struct Root : UnstartedFiber {
  explicit Root(Body body) : UnstartedFiber{run_root}, body(body) {}

  static Worker& run_root(Worker& first, UnstartedFiber* unstarted) {
    auto* root = static_cast<Root*>(unstarted);
    Worker* worker = &first;
    try {
      root->body(worker);
    } catch (...) {
      root->failure.keep(std::current_exception());
    }
    worker->scheduler().finish();
    return *worker;
  }

  Body body;
  Failure failure{};
};

// "64k" in bytes.
std::size_t stack_bytes(const Options& options) {
  const auto option = options.find("stack");
  const std::string text = option == options.end() ? "64k" : option->second;
  std::size_t bytes = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, bytes);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::size_t scale = unit.empty() ? 1 : unit == "k" ? 1024 : unit == "m" ? 1024 * 1024 : 0;
  constexpr std::size_t most = std::size_t{1} << 30;
  if (error != std::errc{} || scale == 0 || bytes > most / scale ||
      bytes * scale < Stacks::least_bytes) {
    throw std::invalid_argument("stack=" + text + ": must be a size from 16k to 1024m");
  }
  return bytes * scale;
}

class Fibers {
 public:
  static constexpr bool pins = true;

  explicit Fibers(const Setup& setup)
      : cpus_(setup.cpus), scheduler_(setup.cpus, stack_bytes(setup.options)) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker*& worker) {
      clock.start();
      const typename K::Result result = evaluate(worker, kernel, kernel.root());
      clock.stop();
      worker->tally.answer = kernel.answer(result);
    });
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker*& worker) {
      Fan fan(*worker);
      const Runnable parent = current(worker);
      clock.start();
      try {
        for (std::uint64_t i = 0, n = kernel.tasks(); i < n; ++i) {
          while (worker->backlog() >= spawn_ahead) worker = &give_way(*worker, true);
          void* const block = worker->blocks.take(sizeof(FanTask<K>));
          auto* task = new (block) FanTask<K>(fan, parent, kernel, kernel.ticket(i));
          fan.make();
          worker->push({Kind::unstarted, task});
        }
      } catch (...) {
        fan.join.failure.keep(std::current_exception());
      }
      while (worker->has_forked()) worker = &give_way(*worker, true);
      fan.await_stolen();
      await(worker, fan.join);
      clock.stop();
      fan.join.failure.rethrow();
    });
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    const std::uint64_t tasks = kernel.tasks();
    const auto places = homes(scheduler_, kernel.place(), tasks);
    Relay<K> relay(kernel);
    return meet(places, clock, [&](Worker*& worker, std::uint64_t task, Waiter& self) {
      Mailbox& box = relay.boxes[task];
      const std::uint64_t rounds = hops_of(relay.kernel.hops(), relay.kernel.tasks(), task);
      try {
        for (std::uint64_t round = 0; round < rounds; ++round) {
          if (box.receive(self)) wait(worker, box.lock);
          if (relay.broken) break;
          relay.hop(*worker, task, round, self.value);
        }
      } catch (...) {
        relay.break_off(*worker, task);
        throw;
      }
      if (relay.broken) relay.break_off(*worker, task);
    });
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    const std::uint64_t producers = kernel.producers();
    BoundedChannel channel(kernel.capacity(), producers);
    const std::uint64_t all = producers + kernel.consumers();
    return meet(all, clock, [&, kernel](Worker*& worker, std::uint64_t task, Waiter& self) {
      if (task >= producers) {
        for (;;) {
          if (channel.receive(self, *worker)) wait(worker, channel.lock);
          if (!self.received) return;
          worker->tally.answer += kernel.take(self.value);
          ++worker->tally.ops;
        }
      }
      try {
        const auto [first, last] = share(kernel.messages(), producers, task);
        for (std::uint64_t i = first; i < last; ++i) {
          self.value = kernel.item(i);
          if (channel.send(self, *worker)) wait(worker, channel.lock);
        }
      } catch (...) {
        channel.leave(*worker);
        throw;
      }
      channel.leave(*worker);
    });
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [kernel](Worker*& worker, std::uint64_t task, Waiter&) {
      for (std::uint64_t i = 0, n = kernel.yields(); i < n; ++i) {
        worker = &give_way(*worker, false);
        worker->tally.answer += kernel.tick(task);
        ++worker->tally.ops;
      }
    });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    TaskMutex mutex;
    typename K::State state{};
    Outcome outcome =
        meet(kernel.tasks(), clock, [&, kernel](Worker*& worker, std::uint64_t, Waiter& self) {
          typename K::Own own{};
          for (std::uint64_t i = 0, n = kernel.sections(); i < n; ++i) {
            kernel.ask(own);
            while (mutex.enter(self)) wait(worker, mutex.lock);
            try {
              kernel.enter(state, own);
            } catch (...) {
              mutex.leave(*worker);
              throw;
            }
            mutex.leave(*worker);
            ++worker->tally.ops;
          }
        });
    outcome.answer = kernel.answer(state);
    return outcome;
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker*& worker) { hold_all(worker, kernel, clock); });
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&, kernel](Worker*& worker, std::uint64_t task, Waiter&) {
      const std::int64_t deadline = clock.started_at() + kernel.delay_ns(task);
      sleep_until(worker, deadline);
      worker->tally.answer += kernel.woke(task, Stopwatch::now() - deadline);
      ++worker->tally.ops;
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&, kernel](Worker*& worker, std::uint64_t task, Waiter&) {
      Script script(kernel, task, clock.started_at());
      for (; !script.over(); script.did()) {
        if (script.waits()) {
          sleep_until(worker, script.due_ns());
        } else if (script.yields()) {
          worker = &give_way(*worker, false);
        } else {
          script.work();
        }
      }
      tally_up(*worker, script.outcome());
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    Grids<K> grids(kernel);
    Barrier barrier(kernel.tasks());
    Outcome outcome =
        meet(kernel.tasks(), clock, [&, kernel](Worker*& worker, std::uint64_t task, Waiter& self) {
          const auto turn = [&] {
            grids.turn();
            ++worker->tally.ops;
          };
          try {
            for (std::uint64_t phase = 0, n = kernel.phases(); phase < n; ++phase) {
              grids.advance(kernel, task);
              if (barrier.arrive(self, *worker, turn)) wait(worker, barrier.lock);
            }
          } catch (...) {
            barrier.drop(*worker, turn);
            throw;
          }
        });
    outcome.answer = grids.checksum(kernel);
    return outcome;
  }

  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    Serving serving(kernel.load(), scheduler_, cpus_);
    const Outcome all =
        meet(kernel.load().connections, clock,
             [&, kernel](Worker*& worker, std::uint64_t task, Waiter&) {
               os::Connection<K> connection(kernel, serving.begin(task));
               for (os::Need need; (need = connection.serve()) != os::Need::nothing;) {
                 await(worker, serving.reactor, connection.socket(), need, serving.home(task));
               }
               tally_up(*worker, connection.outcome());
             });
    serving.clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker*& worker) {
      SplitLoop<K> loop(kernel);
      clock.start();
      LoopTask<K>::run(loop, current(worker), *worker, {0, kernel.iterations()});
      loop.end_first();
      await(worker, loop.join);
      clock.stop();
      loop.join.failure.rethrow();
    });
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    Outcome outcome = run([&](Worker*& worker) {
      clock.start();
      RunningGraph<K> graph(kernel);
      graph.begin(*worker, GraphFiber<K>::spawner(graph, current(worker), *worker));
      await(worker, graph.join);
      clock.stop();
      graph.join.failure.rethrow();
    });
    outcome.answer = kernel.answer();
    return outcome;
  }

  std::vector<WorkerReport> workers() const { return scheduler_.reports(); }

  Notes notes() const {
    return {{"loop_grain", split_on_demand}, {"stack_guard", scheduler_.stacks()->guard()}};
  }

  static std::string no_verb(Shape) { return ""; }

  // What a waiting fiber touches of its stack: its frames and itself, which may lie across a page's
  // end, and what the kernel asks for. Trees, fans, loops and graphs keep few fibers alive.
  static std::string refusal(const Ask& ask) {
    if (keeps_few_alive(ask.shape)) return "";
    const std::uint64_t touched_bytes = 8192 + ask.demand.stack_bytes;
    if (const std::size_t has = stack_bytes(ask.setup.options); touched_bytes > has) {
      return "a task uses " + std::to_string(touched_bytes) +
             " bytes of its stack, and a fiber has " + std::to_string(has) + " (fibers:stack=…)";
    }
    if (ask.demand.alive <= ask.limits.memory_bytes.value / touched_bytes) return "";
    return std::to_string(ask.demand.alive) + " fibers alive at once, each touching " +
           std::to_string(touched_bytes) + " bytes of its stack, exceed the " +
           ask.limits.memory_bytes.name + " of " + std::to_string(ask.limits.memory_bytes.value) +
           " bytes";
  }

 private:
  template <class Body>
  Outcome run(Body body) {
    Root<Body> root(body);
    const Outcome outcome = scheduler_.run({Kind::unstarted, &root});
    root.failure.rethrow();
    return outcome;
  }

  template <class Body>
  Outcome meet(const std::vector<Worker*>& homes, Stopwatch& clock, const Body& body) {
    return run([&](Worker*& worker) { fibers::meet(worker, homes, clock, body); });
  }
  template <class Body>
  Outcome meet(std::uint64_t participants, Stopwatch& clock, const Body& body) {
    return meet(std::vector<Worker*>(participants, nullptr), clock, body);
  }

  const std::vector<int> cpus_;
  Scheduler scheduler_;
};

inline constexpr Option options[] = {
    {"stack", "bytes", "64k", "the size of a fiber's stack, guard page not counted"},
};

}  // namespace fibers

extern const Model fibers_model;
const Model fibers_model = describe<fibers::Fibers>(
    "fibers", "stackful fibers, many on few pinned workers, switched in user space",
    fibers::options);

}  // namespace concbench
