// processes: a task is a process, made by fork. Processes share no memory unless they arrange it
// beforehand: results, counts and the words that they wait on lie in mappings made for each verb.
//
// fork copies the calling thread only, so the worker that runs this model must have no other.
#include <atomic>
#include <bit>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/barrier.hpp"
#include "models/os/channel.hpp"
#include "models/os/children.hpp"
#include "models/os/gate.hpp"
#include "models/os/kernel_tasks.hpp"
#include "models/os/mutex.hpp"
#include "models/os/participants.hpp"
#include "models/os/rendezvous.hpp"
#include "models/os/shared.hpp"
#include "models/os/shortage.hpp"
#include "models/os/turn.hpp"

namespace concbench {
namespace {

using os::Children;
using os::Shared;

constexpr auto scope = os::Scope::processes;

// A tree of processes. Each node has a place in `results`, which its parent allots before it forks;
// the number of places allotted is the number of tasks made.
template <ForkJoin K>
struct Tree {
  using Result = typename K::Result;
  static_assert(std::is_trivially_copyable_v<Result>, "results are left in shared memory");

  K kernel;
  Shared<Result> results{kernel.demand().ops, Result{}};
  Shared<std::atomic<std::uint64_t>> tasks{1, std::uint64_t{0}};
  Shared<os::Trouble> trouble{1};
  os::Sightings& sightings;

  std::uint64_t allot(unsigned count) {
    const std::uint64_t first = tasks->fetch_add(count, std::memory_order_relaxed);
    if (first + count > results.all().size()) {
      throw std::logic_error("the tree has more nodes than the kernel demanded");
    }
    return first;
  }

  // What the process of a node does: makes all its children, then waits for each. Once a process
  // could not be made or died somewhere, the rest of the tree makes no more, and ends soon.
  void run(typename K::Node node, Result& result) {
    const os::Sighting sighting(sightings);
    Offspring<K> nodes = kernel.children(node);
    if (nodes.empty()) {
      result = kernel.leaf(node);
      return;
    }
    const unsigned count = nodes.count();
    const std::uint64_t first = allot(count);
    Children children(count, Children::Bond::none, *trouble);
    for (unsigned i = 0; i < count && !trouble->happened(); ++i) {
      children.start([&, child = nodes.next()] { run(child, results[first + i]); });
    }
    children.reap();
    result = results[first];
    for (unsigned i = 1; i < count; ++i) result = kernel.fold(result, results[first + i]);
  }
};

class Processes : public os::KernelTasks<Processes> {
  friend os::KernelTasks<Processes>;

 public:
  template <class Word>
  using Memory = Shared<Word>;

  explicit Processes(const Setup& setup)
      : restricted_(setup.cpus),
        cpus_(os::allowed_cpus()),
        pipes_(setup.options.at("wait") == "pipe") {
    os::require_single_thread();
    // Where SIGCHLD is ignored, which exec passes on, the kernel reaps children unseen.
    std::signal(SIGCHLD, SIG_DFL);
  }

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Tree<K> tree{.kernel = kernel, .sightings = *sightings_};
    const std::uint64_t root = tree.allot(1);
    Children children(1, Children::Bond::none, *tree.trouble);
    clock.start();
    children.start([&] { tree.run(kernel.root(), tree.results[root]); });
    children.reap();
    clock.stop();
    tree.trouble->raise();
    return {kernel.answer(tree.results[root]), *tree.tasks};
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    const Shared<Outcome> outcomes(kernel.tasks(), Outcome{});
    const Shared<os::Trouble> trouble(1);
    Children children(kernel.tasks(), Children::Bond::none, *trouble);
    clock.start();
    for (std::uint64_t i = 0; i < kernel.tasks() && !trouble->happened(); ++i) {
      children.start([&, ticket = kernel.ticket(i)] {
        const os::Sighting sighting(*sightings_);
        outcomes[i] = perform_task(kernel, ticket);
      });
    }
    children.reap();
    clock.stop();
    trouble->raise();
    return os::sum(outcomes.all());
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    return pipes_ ? hand_off_by<os::PipeTurn>(kernel, clock)
                  : hand_off_by<os::FutexTurn<scope>>(kernel, clock);
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    if (pipes_) {
      return send_through(
          Shared<os::PipeChannel>(1, kernel.capacity(), kernel.producers(), kernel.consumers()),
          kernel, clock);
    }
    if (kernel.capacity() == 0) {
      return send_through(Shared<os::FutexRendezvous<scope>>(1, kernel.producers()), kernel, clock);
    }
    const Shared<std::uint64_t> slots(kernel.capacity(), 0);
    return send_through(Shared<os::FutexChannel<scope>>(1, slots.all(), kernel.producers()), kernel,
                        clock);
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    return pipes_ ? contend_by<os::PipeMutex>(kernel, clock)
                  : contend_by<os::FutexMutex<scope>>(kernel, clock);
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    const Shared<os::Gate<scope>> gate(1, kernel.tasks());
    const Shared<Outcome> outcomes(kernel.tasks(), Outcome{});
    clock.start();
    gather(
        *gate, Place::any,
        [&](std::uint64_t i) {
          const os::Sighting sighting(*sightings_);
          outcomes[i] = {kernel.begin(i), 1};
          gate->park();
        },
        [&] {
          clock.held(gate->parked());
          gate->open(Stopwatch::now());
        });
    clock.stop();
    return os::sum(outcomes.all());
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    return pipes_ ? phases_by<os::PipeBarrier>(kernel, clock)
                  : phases_by<os::FutexBarrier<scope>>(kernel, clock);
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, cpus_.size()), clock);
  }

  // Processes that each do one task after another, as they become ready.
  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    const Shared<std::uint64_t> slots(kernel.tasks(), 0);
    const Shared<os::FutexChannel<scope>> ready(1, slots.all(), 1);
    const Shared<Outcome> outcomes(cpus_.size(), Outcome{});
    const Shared<os::Trouble> trouble(1);
    Children children(cpus_.size(), Children::Bond::mutual, *trouble);
    clock.start();
    Predecessors<K, Shared<std::atomic<std::uint32_t>>> predecessors(kernel);
    predecessors.begin_first([&](GraphTask task) { ready->send(task); });
    for (std::uint64_t i = 0; i < cpus_.size() && !trouble->happened(); ++i) {
      children.start([&] {
        const os::Sighting sighting(*sightings_);
        outcomes[i] = os::do_what_is_ready(kernel, predecessors, *ready);
      });
    }
    children.reap();
    clock.stop();
    trouble->raise();
    return {kernel.answer(), os::sum(outcomes.all()).ops};
  }

  std::vector<WorkerReport> workers() const { return {sightings_->report()}; }
  Notes notes() const { return {{"loop_grain", "unless asked for: a process for each core"}}; }

  static constexpr bool kernel_tasks = true;

  static std::string no_verb(Shape) { return ""; }

  // A graph takes no more processes than there are cores.
  static std::string refusal(const Ask& ask) {
    const bool pipes = ask.setup.options.at("wait") == "pipe";
    if (ask.shape == Shape::graph) {
      return pipes ? "a pipe takes a page for each task that may begin: it is no queue for a graph"
                   : "";
    }
    if (std::string why = os::refusal("processes", ask, os::least_task_bytes()); !why.empty()) {
      return why;
    }
    if (!pipes) return "";
    if (ask.shape == Shape::channel && !std::has_single_bit(ask.demand.capacity)) {
      return os::PipeChannel::refusal(ask.demand.capacity);
    }
    const Limit& descriptors = ask.limits.descriptors;
    if (ask.shape != Shape::hand_off || ask.demand.alive <= descriptors.value / 2) return "";
    return os::grouped(ask.demand.alive) +
           " processes with a pipe each take two descriptors for it; " + descriptors.name +
           " leaves room for " + os::grouped(descriptors.value);
  }

 private:
  template <class Turn, HandOff K>
  Outcome hand_off_by(const K& kernel, Stopwatch& clock) {
    const Shared<Turn> turns(kernel.tasks());
    turns[0].give(0);
    return assemble(
        kernel.tasks(), clock,
        [&](std::uint64_t i, auto) { return os::pass_tokens(kernel, turns, i); }, kernel.place());
  }

  template <class Bounded, Channel K>
  Outcome send_through(const Shared<Bounded>& channel, const K& kernel, Stopwatch& clock) {
    return assemble(kernel.producers() + kernel.consumers(), clock, [&](std::uint64_t i, auto) {
      return os::produce_or_consume(kernel, *channel, i);
    });
  }

  template <class Mutex, Contend K>
  Outcome contend_by(const K& kernel, Stopwatch& clock) {
    const Shared<Mutex> mutex(1);
    const Shared<typename K::State> state(1);
    const Outcome all = assemble(kernel.tasks(), clock, [&](std::uint64_t, auto) {
      return os::take_turns(kernel, *mutex, *state);
    });
    return {kernel.answer(*state), all.ops};
  }

  template <class Barrier, Phases K>
  Outcome phases_by(const K& kernel, Stopwatch& clock) {
    const Shared<Barrier> barrier(1, kernel.tasks());
    const Shared<std::uint64_t> first(kernel.cells(), 0), second(kernel.cells(), 0);
    const os::Grids grids{first.all(), second.all()};
    kernel.fill(grids.first);
    const Outcome all = assemble(kernel.tasks(), clock, [&](std::uint64_t i, auto) {
      return os::keep_in_step(kernel, grids, i, [&] { return barrier->arrive(); });
    });
    return {kernel.checksum(grids.from(kernel.phases())), all.ops};
  }

  // Assembles the participants behind a gate, each a process that runs `body` with its number and
  // the time of the opening, and times them from then to the end of the last.
  template <class Body>
  Outcome assemble(std::uint64_t count, Stopwatch& clock, const Body& body,
                   Place place = Place::any) {
    const Shared<os::Gate<scope>> gate(1, count);
    const Shared<Outcome> outcomes(count, Outcome{});
    const Shared<Usage> used(clock.reads_usage() ? count : 0);
    gather(
        *gate, place,
        [&](std::uint64_t i) {
          if (!gate->park()) return;
          const Usage before = clock.reads_usage() ? Stopwatch::own() : Usage{};
          const os::Sighting sighting(*sightings_);
          outcomes[i] = body(i, gate->opened_at());
          gate->leave();
          if (clock.reads_usage()) used[i] = Stopwatch::own() - before;
        },
        [&] {
          clock.start();
          gate->open(clock.started_at());
        });
    clock.stop_at(gate->ended_at(), std::accumulate(used.all().begin(), used.all().end(), Usage{}));
    return os::sum(outcomes.all());
  }

  // Makes a process of each participant, which parks itself at the gate; calls `open` once all are
  // there, and reaps them. If one dies, now or later, all end: nobody waits for the dead.
  template <class Body, class Open>
  void gather(os::Gate<scope>& gate, Place place, const Body& body, const Open& open) {
    const Shared<os::Trouble> trouble(1);
    const std::uint64_t count = gate.participants();
    Children children(count, Children::Bond::mutual, *trouble);
    for (std::uint64_t i = 0; i < count && !trouble->happened(); ++i) {
      // A process inherits the CPUs of the one that makes it.
      std::optional<os::Restricted> here;
      if (place != Place::any) here.emplace(os::cpus_for(place, cpus_, i, count));
      children.start([&] { body(i); });
    }
    if (trouble->happened() || !all_parked(gate, children)) {
      gate.cancel();
    } else {
      open();
    }
    children.reap();
    trouble->raise();
  }

  // False if a participant died on its way to the gate. The dead wake nobody, so that they have to
  // be looked for; the clock does not run yet.
  static bool all_parked(const os::Gate<scope>& gate, const Children& children) {
    constexpr timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!gate.all_parked(&patience)) {
      if (children.any_ended()) return false;
    }
    return true;
  }

  os::Restricted restricted_;
  const std::vector<int> cpus_;
  const bool pipes_;
  Shared<os::Sightings> sightings_{1};
};

constexpr Option options[] = {
    {"wait", "futex|pipe", "",
     "how processes wait for each other: by futexes in shared memory, or by pipes"},
};

}  // namespace

extern const Model processes_model;
const Model processes_model =
    describe<Processes>("processes", "a forked process per task", options);

}  // namespace concbench
