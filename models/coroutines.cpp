// coroutines: C++20 stackless tasks. A task is a frame of a few dozen bytes that the compiler cuts
// into the parts between two co_awaits; waiting is a return, going on is a call.
//
// Forking runs the child at once and queues the parent, which is what thieves take (continuation
// stealing), so that a tree is walked depth first. A child begins as a call and may return from it
// (coroutines/tree.hpp); any other coroutine that suspends or ends transfers straight to the next
// one (symmetric transfer) without growing the stack.
#include <type_traits>
#include <vector>

#include "models/coroutines/hold.hpp"
#include "models/coroutines/meet.hpp"
#include "models/coroutines/participants.hpp"
#include "models/coroutines/task.hpp"
#include "models/coroutines/tree.hpp"
#include "models/describe.hpp"
#include "models/runtime/coroutine.hpp"
#include "models/runtime/fan.hpp"
#include "models/runtime/graph.hpp"
#include "models/runtime/loop.hpp"

namespace concbench {
namespace coroutines {

// ---- fan_out

class FanEnding final : public Ending {
 public:
  FanEnding(Worker& home, Runnable parent) : fan(home), parent_(parent) {}

  void failed(std::exception_ptr exception) override {
    fan.join.failure.keep(std::move(exception));
  }
  Runnable ended(Worker& worker) override {
    const Runnable parent = parent_;
    return fan.end(worker) ? parent : Runnable{};
  }

  Fan fan;

 private:
  const Runnable parent_;
};

template <class K>
Task fan_task(Ending&, K kernel, typename K::Ticket ticket) {
  Outcome& tally = here().tally;  // the body does not suspend
  ++tally.ops;
  tally.answer += kernel.body(ticket);
  co_return;
}

// ---- loop

// Goes through the parts of a loop, a coroutine for each that is cut off.
template <class K>
class LoopEnding final : public Ending {
 public:
  LoopEnding(const K& kernel, Runnable parent) : loop(kernel), parent_(parent) {}

  void failed(std::exception_ptr exception) override {
    loop.join.failure.keep(std::move(exception));
  }
  Runnable ended(Worker&) override {
    const Runnable parent = parent_;
    return loop.end() ? parent : Runnable{};
  }

  void run(Share part) {
    Worker& worker = here();
    loop.run(worker, part,
             [&](Share rest) { worker.push(runnable(loop_part(*this, rest).handle())); });
  }

  SplitLoop<K> loop;

 private:
  static Task loop_part(LoopEnding& ending, Share part) {
    ending.run(part);
    co_return;
  }

  const Runnable parent_;
};

// ---- graph

// Of tasks that see to what comes after them before they end: a graph may be gone by then.
class Unawaited final : public Ending {
 public:
  void failed(std::exception_ptr) override { std::terminate(); }  // they keep what they throw
  Runnable ended(Worker&) override { return {}; }
};
inline constinit Unawaited unawaited;

template <class K>
Task graph_part(Ending&, RunningGraph<K>& graph, Runnable parent, GraphTask task);

// What makes tasks on a worker.
template <class K>
auto spawner(RunningGraph<K>& graph, Runnable parent, Worker& worker) {
  return [&graph, parent, &worker](GraphTask task) {
    return !worker.is_full() &&
           worker.push(runnable(graph_part(unawaited, graph, parent, task).handle()));
  };
}

template <class K>
Task graph_part(Ending&, RunningGraph<K>& graph, Runnable parent, GraphTask task) {
  Worker& worker = here();  // a task of a graph does not suspend
  if (graph.run(worker, task, spawner(graph, parent, worker)) && graph.join.arrive()) {
    worker.wake(parent);
  }
  co_return;
}

// ---- The tasks that a verb runs on the first worker

template <class K>
Task fork_join_task(Ending&, K kernel, Stopwatch& clock) {
  Siblings<K> siblings(kernel);
  Child<K> root(siblings, kernel.root(), false);
  clock.start();
  co_await root;
  co_await AwaitAll(siblings.join);
  clock.stop();
  siblings.join.failure.rethrow();
  here().tally.answer = kernel.answer(root.result);
}

template <class K>
Task fan_out_task(Ending&, K kernel, Stopwatch& clock) {
  Self this_task;
  FanEnding ending(here(), runnable(co_await this_task));
  Fan& fan = ending.fan;
  clock.start();
  try {
    for (std::uint64_t i = 0, n = kernel.tasks(); i < n; ++i) {
      while (here().backlog() >= spawn_ahead) co_await GiveWay(true);
      const Runnable task = runnable(fan_task(ending, kernel, kernel.ticket(i)).handle());
      fan.make();
      here().push(task);
    }
  } catch (...) {
    fan.join.failure.keep(std::current_exception());
  }
  while (here().has_forked()) co_await GiveWay(true);
  fan.await_stolen();
  co_await AwaitAll(fan.join);
  clock.stop();
  fan.join.failure.rethrow();
}

template <class K>
Task loop_task(Ending&, K kernel, Stopwatch& clock) {
  Self this_task;
  LoopEnding<K> ending(kernel, runnable(co_await this_task));
  clock.start();
  ending.run({0, kernel.iterations()});
  ending.loop.end_first();
  co_await AwaitAll(ending.loop.join);
  clock.stop();
  ending.loop.join.failure.rethrow();
}

template <class K>
Task graph_task(Ending&, const K& kernel, Stopwatch& clock) {
  Self this_task;
  const Runnable parent = runnable(co_await this_task);
  clock.start();
  RunningGraph<K> graph(kernel);
  graph.begin(here(), spawner(graph, parent, here()));
  co_await AwaitAll(graph.join);
  clock.stop();
  graph.join.failure.rethrow();
}

// ---- The model

class Coroutines {
 public:
  static constexpr bool pins = true;

  explicit Coroutines(const Setup& setup) : cpus_(setup.cpus), scheduler_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return run([&](Ending& end) { return fork_join_task(end, kernel, clock); });
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    return run([&](Ending& end) { return fan_out_task(end, kernel, clock); });
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    const auto places = homes(scheduler_, kernel.place(), kernel.tasks());
    Relay<K> relay(kernel);
    return meet(places, clock, [&](Attendance& end, std::uint64_t task) {
      return relay_task(end, end.meeting.gate, relay, task, places[task]);
    });
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    const std::uint64_t producers = kernel.producers();
    BoundedChannel channel(kernel.capacity(), producers);
    return meet(producers + kernel.consumers(), clock, [&](Attendance& end, std::uint64_t task) {
      Gate& gate = end.meeting.gate;
      return task < producers ? producer_task(end, gate, channel, kernel, task)
                              : consumer_task(end, gate, channel, kernel);
    });
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](Attendance& end, std::uint64_t task) {
      return yield_task(end, end.meeting.gate, kernel, task);
    });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    TaskMutex mutex;
    typename K::State state{};
    Outcome outcome = meet(kernel.tasks(), clock, [&](Attendance& end, std::uint64_t) {
      return contend_task(end, end.meeting.gate, mutex, kernel, state);
    });
    outcome.answer = kernel.answer(state);
    return outcome;
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    return run([&](Ending& end) { return hold_task(end, kernel, clock); });
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](Attendance& end, std::uint64_t task) {
      return sleeper_task(end, end.meeting, kernel, task);
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](Attendance& end, std::uint64_t task) {
      return recipe_task(end, end.meeting, kernel, task);
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    Grids<K> grids(kernel);
    Barrier barrier(kernel.tasks());
    Outcome outcome = meet(kernel.tasks(), clock, [&](Attendance& end, std::uint64_t task) {
      return phase_task(end, end.meeting.gate, barrier, grids, kernel, task);
    });
    outcome.answer = grids.checksum(kernel);
    return outcome;
  }

  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    Serving serving(kernel.load(), scheduler_, cpus_);
    const Outcome all =
        meet(kernel.load().connections, clock, [&](Attendance& end, std::uint64_t task) {
          return serve_task(end, end.meeting.gate, serving, kernel, task);
        });
    serving.clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return run([&](Ending& end) { return loop_task(end, kernel, clock); });
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    Outcome outcome = run([&](Ending& end) { return graph_task(end, kernel, clock); });
    outcome.answer = kernel.answer();
    return outcome;
  }

  std::vector<WorkerReport> workers() const { return scheduler_.reports(); }
  Notes notes() const { return {{"loop_grain", split_on_demand}}; }

  static std::string no_verb(Shape) { return ""; }

  // Trees, fans, loops and graphs keep few coroutines alive; a participant is a frame, its waiter
  // and its place in the ring.
  static std::string refusal(const Ask& ask) {
    if (keeps_few_alive(ask.shape)) return "";
    constexpr std::uint64_t bytes = 512;
    if (ask.demand.alive <= ask.limits.memory_bytes.value / bytes) return "";
    return std::to_string(ask.demand.alive) + " coroutines alive at once, of " +
           std::to_string(bytes) + " bytes each, exceed the " + ask.limits.memory_bytes.name +
           " of " + std::to_string(ask.limits.memory_bytes.value) + " bytes";
  }

 private:
  // Makes a verb's task on the first worker, where its frame belongs, and starts it; its end lets
  // the caller go on.
  template <class Make>
  class Root final : public Closure, public Ending {
   public:
    explicit Root(const Make& make) : Closure{start}, make_(make) {}

    void failed(std::exception_ptr exception) override { failure.keep(std::move(exception)); }
    Runnable ended(Worker& worker) override {
      worker.scheduler().finish();
      return {};
    }

    Failure failure;

   private:
    static void start(Worker& worker, Closure* closure) {
      auto& root = *static_cast<Root*>(closure);
      worker.run(runnable(root.make_(root).handle()));
    }

    const Make& make_;
  };

  template <class Make>
  Outcome run(const Make& make) {
    Root<Make> root(make);
    const Outcome outcome = scheduler_.run({Kind::closure, static_cast<Closure*>(&root)});
    root.failure.rethrow();
    return outcome;
  }

  template <class Make>
  Outcome meet(const std::vector<Worker*>& homes, Stopwatch& clock, const Make& make) {
    return run([&](Ending& end) { return meeting_task(end, homes, clock, make); });
  }
  template <class Make>
  Outcome meet(std::uint64_t participants, Stopwatch& clock, const Make& make) {
    return meet(std::vector<Worker*>(participants, nullptr), clock, make);
  }

  const std::vector<int> cpus_;
  Scheduler scheduler_;
};

}  // namespace coroutines

extern const Model coroutines_model;
const Model coroutines_model = describe<coroutines::Coroutines>(
    "coroutines", "C++20 coroutines on pinned workers, symmetric transfer");

}  // namespace concbench
