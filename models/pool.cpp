// pool: a work-stealing pool of closures, each run to completion on a worker's own stack.
//
// A task that waits for its children helps: it runs the child it pushed last, if nobody has stolen
// it, or else other work until the thief is done. It cannot do so for anything but its children,
// because what it would wait for might be buried below it on the same stack. That is why this model
// has no verb for tasks that wait for each other, and writes what comes after a wait as another
// closure (pool/continuations.hpp).
#include <exception>
#include <mutex>

#include "models/describe.hpp"
#include "models/pool/continuations.hpp"
#include "models/pool/tree.hpp"
#include "models/runtime/fan.hpp"
#include "models/runtime/graph.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/loop.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench {
namespace pool {

using namespace runtime;

// ---- fan_out

template <class K>
struct FanTask : Closure {
  FanTask(Fan& fan, K kernel, typename K::Ticket ticket)
      : Closure{run_one}, fan(fan), kernel(kernel), ticket(ticket) {}

  static void run_one(Worker& worker, Closure* closure) {
    auto* task = static_cast<FanTask*>(closure);
    Fan& fan = task->fan;
    const K kernel = task->kernel;
    const typename K::Ticket ticket = task->ticket;
    worker.blocks.give(task, sizeof(FanTask));
    ++worker.tally.ops;
    try {
      worker.tally.answer += kernel.body(ticket);
    } catch (...) {
      fan.join.failure.keep(std::current_exception());
    }
    Worker& home = fan.home();
    fan.end(worker);
    if (&worker != &home) home.scheduler().unpark(home);  // the parent may be waiting there
  }

  Fan& fan;
  const K kernel;
  const typename K::Ticket ticket;
};

// ---- loop

template <class K>
struct LoopTask : Closure {
  LoopTask(SplitLoop<K>& loop, Worker& home, Share part)
      : Closure{run_one}, loop(loop), home(home), part(part) {}

  // Goes through a part and offers what is cut off.
  static void run(SplitLoop<K>& loop, Worker& home, Worker& worker, Share part) {
    loop.run(worker, part, [&](Share rest) {
      worker.push(
          {Kind::closure, new (worker.blocks.take(sizeof(LoopTask))) LoopTask(loop, home, rest)});
    });
  }

  static void run_one(Worker& worker, Closure* closure) {
    auto* task = static_cast<LoopTask*>(closure);
    SplitLoop<K>& loop = task->loop;
    Worker& home = task->home;
    const Share part = task->part;
    worker.blocks.give(task, sizeof(LoopTask));
    run(loop, home, worker, part);
    loop.end();
    if (&worker != &home) home.scheduler().unpark(home);  // the parent may be waiting there
  }

  SplitLoop<K>& loop;
  Worker& home;
  const Share part;
};

// ---- graph

template <class K>
struct GraphClosure : Closure {
  GraphClosure(RunningGraph<K>& graph, Worker& home, GraphTask task)
      : Closure{run_one}, graph(graph), home(home), task(task) {}

  // What makes tasks on a worker.
  static auto spawner(RunningGraph<K>& graph, Worker& home, Worker& worker) {
    return [&](GraphTask task) {
      if (worker.is_full()) return false;
      void* const block = worker.blocks.take(sizeof(GraphClosure));
      return worker.push({Kind::closure, new (block) GraphClosure(graph, home, task)});
    };
  }

  static void run_one(Worker& worker, Closure* closure) {
    auto* self = static_cast<GraphClosure*>(closure);
    RunningGraph<K>& graph = self->graph;
    Worker& home = self->home;
    const GraphTask task = self->task;
    worker.blocks.give(self, sizeof(GraphClosure));
    if (!graph.run(worker, task, spawner(graph, home, worker))) return;
    graph.join.arrive();
    if (&worker != &home) home.scheduler().unpark(home);  // the parent may be waiting there
  }

  RunningGraph<K>& graph;
  Worker& home;
  const GraphTask task;
};

// ---- The model

// A closure that is run once, from outside, and then lets the caller go on.
template <class Body>
struct Root : Closure {
  explicit Root(Body body) : Closure{run_root}, body(body) {}

  static void run_root(Worker& worker, Closure* closure) {
    auto* root = static_cast<Root*>(closure);
    try {
      root->body(worker);
    } catch (...) {
      root->failure.keep(std::current_exception());
    }
    worker.scheduler().finish();
  }

  Body body;
  Failure failure{};
};

class Pool {
 public:
  static constexpr bool pins = true;

  explicit Pool(const Setup& setup) : cpus_(setup.cpus), scheduler_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker& worker) {
      clock.start();
      const typename K::Result result = Walk<K>(worker, kernel).run(kernel.root());
      clock.stop();
      worker.tally.answer = kernel.answer(result);
    });
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker& worker) {
      Fan fan(worker);
      clock.start();
      try {
        for (std::uint64_t i = 0, n = kernel.tasks(); i < n; ++i) {
          if (worker.backlog() >= spawn_ahead) run_forked(worker, spawn_ahead / 2);
          auto* task = new (worker.blocks.take(sizeof(FanTask<K>)))
              FanTask<K>(fan, kernel, kernel.ticket(i));
          fan.make();
          if (!worker.push({Kind::closure, task})) task->run(worker, task);
        }
      } catch (...) {
        fan.join.failure.keep(std::current_exception());
      }
      while (worker.has_forked()) run_forked(worker, 0);
      fan.await_stolen();
      worker.help(
          {[](const void* join) { return static_cast<const Join*>(join)->ready(); }, &fan.join});
      clock.stop();
      fan.join.failure.rethrow();
    });
  }

  // A critical section is too short to be worth a closure of its own: a task that finds the lock
  // taken blocks, and its worker with it.
  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    std::mutex mutex;
    typename K::State state{};
    Outcome outcome = run_all<ContendTask<K>>(
        kernel.tasks(), clock,
        [&](Crew& crew, std::uint64_t) { return ContendTask<K>(crew, kernel, mutex, state); });
    outcome.answer = kernel.answer(state);
    return outcome;
  }

  // As queued closures: that is all a pool can keep of a task that has not ended. Each begins when
  // it is released.
  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker& worker) {
      Crew crew(kernel.tasks(), worker, clock);
      HoldQueue<K> queue(kernel, crew);
      clock.start();
      queue.fill();
      clock.held(queue.size());
      queue.release();
      crew.await();
    });
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return run_all<SleeperTask<K>>(kernel.tasks(), clock, [&](Crew& crew, std::uint64_t task) {
      return SleeperTask<K>(crew, kernel, task);
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return run_all<RecipeTask<K>>(kernel.tasks(), clock, [&](Crew& crew, std::uint64_t task) {
      return RecipeTask<K>(crew, kernel, task);
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    Grids<K> grids(kernel);
    Outcome outcome = run([&, kernel](Worker& worker) {
      Crew crew(1, worker, clock);
      PhaseRounds<K> rounds(kernel, grids, crew);
      clock.start();
      rounds.post(worker);
      crew.await();
    });
    outcome.answer = grids.checksum(kernel);
    return outcome;
  }

  // An event loop: each time its socket is ready, a connection is a closure that goes on with it.
  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    Serving serving(kernel.load(), scheduler_, cpus_);
    const Outcome all = run_all<ServeTask<K>>(
        kernel.load().connections, clock,
        [&](Crew& crew, std::uint64_t task) { return ServeTask<K>(crew, kernel, serving, task); });
    serving.clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return run([&, kernel](Worker& worker) {
      SplitLoop<K> loop(kernel);
      clock.start();
      LoopTask<K>::run(loop, worker, worker, {0, kernel.iterations()});
      loop.end_first();
      worker.help(
          {[](const void* join) { return static_cast<const Join*>(join)->ready(); }, &loop.join});
      clock.stop();
      loop.join.failure.rethrow();
    });
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    Outcome outcome = run([&](Worker& worker) {
      clock.start();
      RunningGraph<K> graph(kernel);
      graph.begin(worker, GraphClosure<K>::spawner(graph, worker, worker));
      worker.help(
          {[](const void* join) { return static_cast<const Join*>(join)->ready(); }, &graph.join});
      clock.stop();
      graph.join.failure.rethrow();
    });
    outcome.answer = kernel.answer();
    return outcome;
  }

  std::vector<WorkerReport> workers() const { return scheduler_.reports(); }

  // What is alive in hold has not begun: a closure that began and waited would hold its worker.
  Notes notes() const {
    return {{"held_tasks", "closures in a queue, which have not begun"},
            {"loop_grain", split_on_demand}};
  }

  static std::string no_verb(Shape) { return "a pool task that blocks would hold its worker"; }

  // Trees, fans, loops and graphs keep few closures; all others are made before they begin.
  static std::string refusal(const Ask& ask) {
    if (keeps_few_alive(ask.shape)) return "";
    constexpr std::uint64_t bytes = 128;
    if (ask.demand.alive <= ask.limits.memory_bytes.value / bytes) return "";
    return std::to_string(ask.demand.alive) + " queued closures, of " + std::to_string(bytes) +
           " bytes each, exceed the " + ask.limits.memory_bytes.name + " of " +
           std::to_string(ask.limits.memory_bytes.value) + " bytes";
  }

 private:
  template <class Body>
  Outcome run(Body body) {
    Root<Body> root(body);
    const Outcome outcome = scheduler_.run({Kind::closure, &root});
    root.failure.rethrow();
    return outcome;
  }

  // Makes a closure for each task with `make`, and then lets them all begin.
  template <class Task, class Make>
  Outcome run_all(std::uint64_t tasks, Stopwatch& clock, const Make& make) {
    return run([&](Worker& worker) {
      Crew crew(tasks, worker, clock);
      std::vector<Task> closures;
      closures.reserve(tasks);
      for (std::uint64_t i = 0; i < tasks; ++i) closures.push_back(make(crew, i));
      clock.start();
      for (Task& closure : closures) worker.later({Kind::closure, &closure});
      crew.await();
    });
  }

  // Runs what this worker has forked last, until no more than `left` is not shared with thieves.
  static void run_forked(Worker& worker, std::size_t left) {
    do {
      if (const Runnable newest = worker.pop()) worker.run(newest);
    } while (worker.backlog() > left);
  }

  const std::vector<int> cpus_;
  Scheduler scheduler_;
};

}  // namespace pool

extern const Model pool_model;
const Model pool_model = describe<pool::Pool>(
    "pool", "closures on a work-stealing pool of pinned workers; a join helps");

}  // namespace concbench
