// serial: no concurrency at all. A task is a function call, and awaiting it is its return. This is
// what all other models are measured against: the work itself, and the least that counting it
// costs.
#include <cstdint>
#include <string>
#include <vector>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/participants.hpp"
#include "models/os/sleep.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

class Serial {
 public:
  static constexpr bool has_one_worker = true;
  static constexpr bool pins = true;

  explicit Serial(const Setup& setup) : restricted_({setup.cpus.data(), 1}) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    clock.start();
    const Tally<K> all = task(kernel, kernel.root());
    clock.stop();
    return {kernel.answer(all.result), all.tasks};
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    Outcome all{0, 0};
    clock.start();
    for (; all.ops < kernel.tasks(); ++all.ops) {
      all.answer += kernel.body(kernel.ticket(all.ops));
      // Nothing is known of the sum so far: no compiler replaces the loop by a formula.
      asm volatile("" : "+r"(all.answer) : : "memory");
    }
    clock.stop();
    return all;
  }

  // Nobody else is there to be locked out.
  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    struct NoLock {
      // Between the sections stands what a compiler may not see through, as other models' locks do.
      void lock() const { asm volatile("" ::: "memory"); }
      void unlock() const { asm volatile("" ::: "memory"); }
    } none;
    typename K::State state{};
    std::uint64_t ops = 0;
    asm volatile("" : : "r"(&state) : "memory");  // the state must be where others could see it
    clock.start();
    for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
      ops += os::take_turns(kernel, none, state).ops;
    }
    clock.stop();
    return {kernel.answer(state), ops};
  }

  // While it sleeps for one task, the deadlines of others pass.
  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return one_after_another(kernel.tasks(), clock, [&](std::uint64_t task) {
      return os::sleep_once(kernel, task, clock.started_at(), os::sleep_until);
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return one_after_another(kernel.tasks(), clock, [&](std::uint64_t task) {
      const auto nobody_to_give_way_to = [] {};
      return os::follow_recipe(kernel, task, clock.started_at(), os::sleep_until,
                               nobody_to_give_way_to);
    });
  }

  // All tasks do their parts of a phase before any begins with the next: that needs no barrier.
  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    std::uint64_t phase = 0;
    clock.start();
    for (; phase < kernel.phases(); ++phase) {
      for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
        kernel.advance(grids.from(phase), grids.to(phase), task);
      }
    }
    clock.stop();
    return {kernel.checksum(grids.from(phase)), phase};
  }

  // The textbook's slow server: it takes up a connection once it has seen off the one before.
  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    os::Clients clients(kernel.load(), os::allowed_cpus(), os::Sockets::blocking);
    const Outcome all = one_after_another(
        kernel.load().connections, clock,
        [&](std::uint64_t task) { return os::serve_blocking(kernel, clients, task); });
    clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    Share all{0, kernel.iterations()};
    clock.start();
    asm volatile("" : "+m"(all) : : "memory");  // nothing is computed before the clock starts
    Outcome outcome = go_through(kernel, all);
    asm volatile("" : "+m"(outcome) : : "memory");
    clock.stop();
    return outcome;
  }

  // By their numbers: a predecessor has the smaller one.
  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    const os::Sighting sighting(sightings_);
    GraphTask task = 0;
    clock.start();
    for (; task < kernel.tasks(); ++task) kernel.perform(task);
    clock.stop();
    return {kernel.answer(), task};
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }

  static std::string no_verb(Shape shape) {
    return shape == Shape::hold ? "a task ends before the next begins: two are never alive at once"
                                : "one task cannot wait for another";
  }
  static std::string refusal(const Ask&) { return ""; }

 private:
  // The barrier at each fork stands where other models make a task. Without it clang folds the
  // tree. The count comes back with the result, in a register: a counter in memory would make every
  // call wait for the one before (fib: 1.3 ns a call instead of 0.7).
  template <ForkJoin K>
  static Tally<K> task(K kernel, typename K::Node node) {
    Offspring<K> children = kernel.children(node);
    if constexpr (Binary<K>) {
      // Most nodes are leaves, but so g++ lays out the code for the others (fib: 0.66 ns a call
      // instead of 1.03).
      if (children.empty()) [[unlikely]]
        return {kernel.leaf(node)};
      asm volatile("" ::: "memory");
      const Tally<K> first = task(kernel, kernel.left(node));
      asm volatile("" ::: "memory");
      const Tally<K> second = task(kernel, kernel.right(node));
      return {kernel.fold(first.result, second.result), first.tasks + second.tasks + 1};
    } else {
      if (children.empty()) return {kernel.leaf(node)};
      // One call in a loop, not the first child before it: g++ nests a function that calls itself
      // twice less deep in itself (nqueens: 10.8 ns a call instead of 6.0).
      Tally<K> all;
      bool any = false;
      do {
        asm volatile("" ::: "memory");
        const Tally<K> one = task(kernel, children.next());
        all.result = any ? kernel.fold(all.result, one.result) : one.result;
        all.tasks += one.tasks;
        any = true;
      } while (!children.empty());
      return all;
    }
  }

  template <class Body>
  Outcome one_after_another(std::uint64_t tasks, Stopwatch& clock, const Body& body) {
    const os::Sighting sighting(sightings_);
    Outcome all{0, 0};
    clock.start();
    for (std::uint64_t task = 0; task < tasks; ++task) {
      const Outcome one = body(task);
      all.answer += one.answer;
      all.ops += one.ops;
    }
    clock.stop();
    return all;
  }

  os::Restricted restricted_;
  os::Sightings sightings_;
};

}  // namespace

extern const Model serial_model;
const Model serial_model =
    describe<Serial>("serial", "plain function calls on one core: the baseline");

}  // namespace concbench
