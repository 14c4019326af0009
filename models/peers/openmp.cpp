// openmp: explicit tasks of OpenMP, made and run by the threads of a parallel region.
//
// Written as the OpenMP Examples (version 5.2, "The task and taskwait Constructs") have it: one
// thread of the team makes the tasks within a single construct, the others run them at the barrier
// that ends it. A parent's last child is an undeferred task, if(false), which the parent runs at
// once: it would wait for it anyway.
//
// A loop is shared out by the worksharing construct, as the specification has it ("Worksharing-Loop
// Construct"): a parallel for with a reduction. A graph is tasks with dependences ("depend
// Clause"): each writes a place of its own and reads those of its predecessors.
//
// libgomp queues tasks in a priority queue under one lock a team; it runs a task at once when the
// team is one thread or when more than 64 tasks a thread are queued.
//
// Idle threads do as OMP_WAIT_POLICY says, which is read when the program starts. Unset, as its
// authors leave it, libgomp's spin 300,000 rounds (100 where there are more threads than CPUs) and
// then sleep in the kernel (GOMP_SPINCOUNT in the libgomp manual). A team keeps its threads from
// region to region, each with its number; they are bound at the beginning of a region, before the
// clock, since OMP_PLACES, too, would have to be set before the program starts.
#include <omp.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "models/describe.hpp"
#include "models/machine/affinity.hpp"
#include "models/os/participants.hpp"
#include "models/peers/seats.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

using peers::Seats;

template <ForkJoin K>
Tally<K> evaluate(K kernel, typename K::Node node);

// Makes a task of each child, waits for all, and folds.
template <ForkJoin K, class Tallies>
Tally<K> grow_children(K kernel, Offspring<K> children, Tallies& tallies) {
  for (unsigned i = 0; !children.empty(); ++i) {
    const typename K::Node child = children.next();
#pragma omp task default(none) shared(tallies) firstprivate(kernel, child, i) if (!children.empty())
    tallies[i] = evaluate(kernel, child);
  }
#pragma omp taskwait
  return Tally<K>::of(kernel, tallies);
}

template <ForkJoin K>
Tally<K> evaluate(K kernel, typename K::Node node) {
  const Offspring<K> children = kernel.children(node);
  if (children.empty()) return {kernel.leaf(node)};
  if constexpr (Binary<K>) {
    std::array<Tally<K>, 2> tallies;
    return grow_children(kernel, children, tallies);
  } else {
    std::vector<Tally<K>> tallies(children.count());
    return grow_children(kernel, children, tallies);
  }
}

// A lock of OpenMP's own, with the names that C++ gives to what it does.
class Lock {
 public:
  Lock() { omp_init_lock(&lock_); }
  ~Lock() { omp_destroy_lock(&lock_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  void lock() { omp_set_lock(&lock_); }
  void unlock() { omp_unset_lock(&lock_); }

 private:
  omp_lock_t lock_;
};

class OpenMp {
 public:
  explicit OpenMp(const Setup& setup)
      : seats_(setup.cpus),
        caller_({setup.cpus.data(), 1}),
        dynamic_(setup.options.at("schedule") == "dynamic") {
    omp_set_dynamic(0);  // as many threads as asked for, not as many as seem useful
    in_team([] {});
    if (!seats_.all_taken()) {
      throw Exhausted(
          "OpenMP gives fewer threads than it was asked for: OMP_THREAD_LIMIT, OMP_DYNAMIC or "
          "OMP_MAX_ACTIVE_LEVELS limits them");
    }
  }

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Tally<K> all;
    in_team([&] {
      clock.start();
#pragma omp task default(none) shared(all) firstprivate(kernel)
      all = evaluate(kernel, kernel.root());
#pragma omp taskwait
      clock.stop();
    });
    return {kernel.answer(all.result), all.tasks};
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    in_team([&] {
      clock.start();
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        const typename K::Ticket ticket = kernel.ticket(i);
#pragma omp task default(none) shared(outcomes) firstprivate(kernel, i, ticket)
        outcomes[i] = {kernel.body(ticket), 1};
      }
#pragma omp taskwait
      clock.stop();
    });
    return os::sum(outcomes);
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    Lock lock;
    typename K::State state{};
    std::vector<Outcome> outcomes(kernel.tasks());
    in_team([&] {
      clock.start();
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
#pragma omp task default(none) shared(outcomes, lock, state) firstprivate(kernel, i)
        outcomes[i] = os::take_turns(kernel, lock, state);
      }
#pragma omp taskwait
      clock.stop();
    });
    return {kernel.answer(state), os::sum(outcomes).ops};
  }

  // A phase is tasks that are waited for together; taskwait is the barrier.
  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    std::uint64_t ended = 0;
    in_team([&] {
      clock.start();
      for (std::uint64_t phase = 0; phase < kernel.phases(); ++phase) {
        for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
#pragma omp task default(none) shared(grids) firstprivate(kernel, phase, task)
          kernel.advance(grids.from(phase), grids.to(phase), task);
        }
#pragma omp taskwait
        ++ended;
      }
      clock.stop();
    });
    return {kernel.checksum(grids.from(ended)), ended};
  }

  // The runtime is asked for the schedule only where the default would not do: equal parts cost
  // no call each.
  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    const int threads = static_cast<int>(seats_.size()), chunk = static_cast<int>(kernel.grain());
    const std::uint64_t iterations = kernel.iterations();
    typename K::Result sum{};
    std::uint64_t ops = 0;
    omp_set_schedule(dynamic_ ? omp_sched_dynamic : omp_sched_static, chunk);
    in_team([] {});
    clock.start();
    if (dynamic_ || chunk > 0) {
#pragma omp parallel for num_threads(threads) schedule(runtime) reduction(+ : sum, ops)
      for (std::uint64_t i = 0; i < iterations; ++i) {
        sum += kernel.body(i);
        ++ops;
      }
    } else {
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : sum, ops)
      for (std::uint64_t i = 0; i < iterations; ++i) {
        sum += kernel.body(i);
        ++ops;
      }
    }
    clock.stop();
    in_team([] {});
    return {kernel.answer(sum), ops};
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    Outcome* const did = outcomes.data();
    in_team([&] {
      clock.start();
      for (GraphTask task = 0; task < outcomes.size(); ++task) {
        const std::size_t count = kernel.predecessors(task).size();
        const GraphTask* const before = kernel.predecessors(task).data();
#pragma omp task default(none) shared(kernel) firstprivate(did, task) \
    depend(iterator(std::size_t i = 0                                 \
                    : count),                                         \
           in                                                         \
           : did[before[i]]) depend(out                               \
                                    : did[task])
        {
          kernel.perform(task);
          ++did[task].ops;
        }
      }
#pragma omp taskwait
      clock.stop();
    });
    return {kernel.answer(), os::sum(outcomes).ops};
  }

  std::vector<WorkerReport> workers() const { return seats_.reports(); }
  Notes notes() const {
    const char* policy = std::getenv("OMP_WAIT_POLICY");
    return {
        {"idle",
         policy ? std::string("OMP_WAIT_POLICY=") + policy
                : "libgomp's default: spins 300,000 rounds (100 if oversubscribed), then sleeps"},
        {"library", "the OpenMP of the compiler, " __VERSION__},
        {"loop_grain", dynamic_ ? "unless asked for: 1, schedule(dynamic)"
                                : "unless asked for: equal parts, schedule(static)"}};
  }

  static std::string no_verb(Shape shape) {
    if (shape == Shape::serve)
      return "an OpenMP task that waited for a socket would hold its thread";
    if (shape == Shape::timers || shape == Shape::recipe) {
      return "OpenMP has no timers: a task that slept would hold its thread";
    }
    return shape == Shape::yield
               ? "taskyield may do nothing, and libgomp's does nothing"
               : "OpenMP tasks wait for their children only: one that waited for another task "
                 "would hold its thread";
  }
  static std::string refusal(const Ask&) { return ""; }
  static constexpr bool pins = true;

 private:
  // Runs `body` on one thread of the team, once all are seated.
  template <class Body>
  void in_team(const Body& body) {
#pragma omp parallel num_threads(static_cast <int>(seats_.size()))
    {
      seats_.sit(static_cast<std::size_t>(omp_get_thread_num()));
#pragma omp barrier
#pragma omp single
      body();
      seats_.sit(static_cast<std::size_t>(omp_get_thread_num()));
    }
  }

  Seats seats_;
  os::Restricted caller_;  // which is thread 0 of the team
  const bool dynamic_;
};

constexpr Option options[] = {
    {"schedule", "static|dynamic", "",
     "how iterations of a loop are dealt out: beforehand, or to whoever is free"},
};

}  // namespace

extern const Model openmp_model;
const Model openmp_model =
    describe<OpenMp>("openmp", "tasks of OpenMP: task and taskwait in a parallel region", options);

}  // namespace concbench
