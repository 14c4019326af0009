// tbb: tasks of oneTBB, run by its work-stealing threads.
//
// Written as the oneTBB documentation has it: "Task-Based Programming" for
// task_group and parallel_invoke; "Guiding Task Scheduler Execution" for the arena of as many
// threads as the run has CPUs, of which the calling thread is one, and for the
// task_scheduler_observer that binds them. A thread that waits for its children runs other tasks
// meanwhile.
//
// A loop is parallel_reduce ("parallel_reduce Template Function") with its default, the auto
// partitioner. A graph is one of continue_nodes ("Dependence Graphs"), made for each run.
//
// An idle worker searches for a while, then leaves the arena and sleeps: the library's own policy,
// which it offers no setting for.
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/version.h>
#include <tbb/blocked_range.h>
#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/parallel_invoke.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <tbb/task_scheduler_observer.h>

#include <algorithm>
#include <array>
#include <deque>
#include <thread>

#include "models/describe.hpp"
#include "models/os/participants.hpp"
#include "models/peers/seats.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

using peers::Seats;

// Seats a thread whenever it enters the arena. Its index there is its seat: threads come and go.
class Usher : public tbb::task_scheduler_observer {
 public:
  Usher(tbb::task_arena& arena, Seats& seats) : task_scheduler_observer(arena), seats_(seats) {
    observe(true);
  }
  ~Usher() override { observe(false); }

  void on_scheduler_entry(bool) override { sit(); }
  void on_scheduler_exit(bool) override { sit(); }

 private:
  void sit() { seats_.sit(static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())); }

  Seats& seats_;
};

template <ForkJoin K>
Tally<K> evaluate(K kernel, typename K::Node node, tbb::task_group_context& context) {
  Offspring<K> children = kernel.children(node);
  if (children.empty()) return {kernel.leaf(node)};
  if constexpr (Binary<K>) {
    std::array<Tally<K>, 2> tallies;
    tbb::parallel_invoke([&] { tallies[0] = evaluate(kernel, kernel.left(node), context); },
                         [&] { tallies[1] = evaluate(kernel, kernel.right(node), context); },
                         context);
    return Tally<K>::of(kernel, tallies);
  } else {
    std::vector<Tally<K>> tallies(children.count());
    tbb::task_group group;
    for (unsigned i = 0; i + 1 < tallies.size(); ++i) {
      group.run([&, i, child = children.next()] { tallies[i] = evaluate(kernel, child, context); });
    }
    group.run_and_wait([&] { tallies.back() = evaluate(kernel, children.next(), context); });
    return Tally<K>::of(kernel, tallies);
  }
}

class Tbb {
 public:
  explicit Tbb(const Setup& setup)
      : seats_(setup.cpus),
        threads_(tbb::global_control::max_allowed_parallelism, setup.cpus.size()),
        caller_({setup.cpus.data(), 1}),
        arena_(static_cast<int>(setup.cpus.size())),
        usher_(arena_, seats_) {
    assemble();
  }

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return arena_.execute([&]() -> Outcome {
      tbb::task_group_context context;
      clock.start();
      const Tally<K> all = evaluate(kernel, kernel.root(), context);
      clock.stop();
      return {kernel.answer(all.result), all.tasks};
    });
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    arena_.execute([&] {
      tbb::task_group group;
      clock.start();
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        group.run([&outcomes, kernel, i, ticket = kernel.ticket(i)] {
          outcomes[i] = {kernel.body(ticket), 1};
        });
      }
      group.wait();
      clock.stop();
    });
    return os::sum(outcomes);
  }

  // Tasks are made by defer, which is counted as parking them: they run once they are given to the
  // group. As many as there are threads contend at a time.
  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    tbb::mutex mutex;
    typename K::State state{};
    std::vector<Outcome> outcomes(kernel.tasks());
    arena_.execute([&] {
      tbb::task_group group;
      std::vector<tbb::task_handle> tasks;
      tasks.reserve(outcomes.size());
      for (Outcome& mine : outcomes) {
        tasks.push_back(group.defer([&] { mine = os::take_turns(kernel, mutex, state); }));
      }
      clock.start();
      for (tbb::task_handle& task : tasks) group.run(std::move(task));
      group.wait();
      clock.stop();
    });
    return {kernel.answer(state), os::sum(outcomes).ops};
  }

  // A phase is a group of tasks, and waiting for it is the barrier.
  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    std::uint64_t phase = 0;
    arena_.execute([&] {
      tbb::task_group group;
      clock.start();
      for (; phase < kernel.phases(); ++phase) {
        for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
          group.run([&grids, kernel, phase, task] {
            kernel.advance(grids.from(phase), grids.to(phase), task);
          });
        }
        group.wait();
      }
      clock.stop();
    });
    return {kernel.checksum(grids.from(phase)), phase};
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    using Range = tbb::blocked_range<std::uint64_t>;
    struct Sum {
      typename K::Result sum;
      std::uint64_t iterations;
    };
    return arena_.execute([&]() -> Outcome {
      clock.start();
      const Sum all = tbb::parallel_reduce(
          Range(0, kernel.iterations(), std::max<std::uint64_t>(1, kernel.grain())), Sum{},
          [kernel](const Range& part, Sum before) {
            for (std::uint64_t i = part.begin(); i != part.end(); ++i) before.sum += kernel.body(i);
            before.iterations += part.size();
            return before;
          },
          [](const Sum& a, const Sum& b) {
            return Sum{a.sum + b.sum, a.iterations + b.iterations};
          });
      clock.stop();
      return {kernel.answer(all.sum), all.iterations};
    });
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    namespace flow = tbb::flow;
    std::vector<Outcome> outcomes(kernel.tasks());
    arena_.execute([&] {
      clock.start();
      flow::graph graph;
      std::deque<flow::continue_node<flow::continue_msg>> nodes;
      for (GraphTask task = 0; task < outcomes.size(); ++task) {
        auto& node = nodes.emplace_back(graph, [&, task](const flow::continue_msg&) {
          kernel.perform(task);
          ++outcomes[task].ops;
        });
        for (const GraphTask before : kernel.predecessors(task)) {
          flow::make_edge(nodes[before], node);
        }
      }
      for (GraphTask task = 0; task < outcomes.size(); ++task) {
        if (kernel.predecessors(task).empty()) nodes[task].try_put({});
      }
      graph.wait_for_all();
      clock.stop();
    });
    return {kernel.answer(), os::sum(outcomes).ops};
  }

  std::vector<WorkerReport> workers() const { return seats_.reports(); }
  Notes notes() const {
    return {{"idle", "oneTBB's own: searches for a while, then sleeps"},
            {"library", std::string("oneTBB ") + TBB_runtime_version()},
            {"loop_grain", "that of the auto partitioner, at least what is asked for"}};
  }

  static std::string no_verb(Shape shape) {
    if (shape == Shape::serve)
      return "a oneTBB task that waited for a socket would hold its thread";
    if (shape == Shape::timers || shape == Shape::recipe) {
      return "oneTBB has no timers: a task that slept would hold its thread";
    }
    if (shape == Shape::hold) {
      return "oneTBB is for tasks that run to their ends: one that waited would hold its thread";
    }
    return shape == Shape::yield
               ? "a oneTBB task cannot give way: it runs to its end"
               : "a oneTBB task waits for its children only: one that waited for another task "
                 "would hold its thread";
  }
  static std::string refusal(const Ask&) { return ""; }
  static constexpr bool pins = true;

 private:
  // Returns once every thread has come and sat down.
  void assemble() {
    arena_.execute([&] {
      tbb::task_group group;
      for (std::size_t i = 0; i < seats_.size(); ++i) {
        group.run([&] {
          while (!seats_.all_taken()) std::this_thread::yield();
        });
      }
      group.wait();
    });
  }

  Seats seats_;
  tbb::global_control threads_;
  os::Restricted caller_;  // which is worker 0
  tbb::task_arena arena_;
  Usher usher_;
};

}  // namespace

extern const Model tbb_model;
const Model tbb_model =
    describe<Tbb>("tbb", "tasks of oneTBB: task_group and parallel_invoke in an arena");

}  // namespace concbench
