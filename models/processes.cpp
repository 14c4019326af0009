// processes: a task is a process, made by fork. Processes share no memory unless they arrange it
// beforehand: results, counts and the words that they wait on lie in mappings made for each verb.
//
// fork copies the calling thread only, so the worker that runs this model must have no other.
#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "models/model.hpp"
#include "models/os/affinity.hpp"
#include "models/os/channel.hpp"
#include "models/os/children.hpp"
#include "models/os/gate.hpp"
#include "models/os/participants.hpp"
#include "models/os/shared.hpp"
#include "models/os/shortage.hpp"
#include "models/os/sightings.hpp"
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
    const unsigned count = kernel.children(node);
    if (count == 0) {
      result = kernel.leaf(node);
      return;
    }
    const std::uint64_t first = allot(count);
    Children children(count, Children::Bond::none, *trouble);
    for (unsigned i = 0; i < count && !trouble->happened(); ++i) {
      children.start([&] { run(kernel.child(node, i), results[first + i]); });
    }
    children.reap();
    result = results[first];
    for (unsigned i = 1; i < count; ++i) result = kernel.fold(result, results[first + i]);
  }
};

class Processes {
 public:
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
        outcomes[i] = {kernel.body(ticket), 1};
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
    const Shared<std::uint64_t> slots(kernel.capacity(), 0);
    return send_through(Shared<os::FutexChannel<scope>>(1, slots.all(), kernel.producers()), kernel,
                        clock);
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return assemble(kernel.tasks(), Place::any, clock,
                    [&](std::uint64_t i) { return os::give_way(kernel, i); });
  }

  std::vector<WorkerReport> workers() const { return {sightings_->report()}; }

  static std::string no_verb(Shape) { return ""; }

  static std::string refusal(const Ask& ask) {
    if (std::string why = os::refusal("processes", ask, os::least_task_bytes()); !why.empty()) {
      return why;
    }
    const Limit& descriptors = ask.limits.descriptors;
    const bool pipes = ask.shape == Shape::hand_off && ask.setup.options.at("wait") == "pipe";
    if (!pipes || ask.demand.alive <= descriptors.value / 2) return "";
    return os::grouped(ask.demand.alive) +
           " processes with a pipe each take two descriptors for it; " + descriptors.name +
           " leaves room for " + os::grouped(descriptors.value);
  }

 private:
  template <class Turn, HandOff K>
  Outcome hand_off_by(const K& kernel, Stopwatch& clock) {
    const Shared<Turn> turns(kernel.tasks());
    turns[0].give(0);
    return assemble(kernel.tasks(), kernel.place(), clock,
                    [&](std::uint64_t i) { return os::pass_tokens(kernel, turns, i); });
  }

  template <class Bounded, Channel K>
  Outcome send_through(const Shared<Bounded>& channel, const K& kernel, Stopwatch& clock) {
    return assemble(kernel.producers() + kernel.consumers(), Place::any, clock,
                    [&](std::uint64_t i) { return os::produce_or_consume(kernel, *channel, i); });
  }

  // Assembles the participants behind a gate, each a process that runs `body` with its number, and
  // times them from the opening to the end of the last.
  template <class Body>
  Outcome assemble(std::uint64_t count, Place place, Stopwatch& clock, const Body& body) {
    const Shared<os::Trouble> trouble(1);
    const Shared<os::Gate<scope>> gate(1, count);
    const Shared<Outcome> outcomes(count, Outcome{});
    Children children(count, Children::Bond::mutual, *trouble);
    for (std::uint64_t i = 0; i < count && !trouble->happened(); ++i) {
      // A process inherits the CPUs of the one that makes it.
      const os::Restricted here(os::cpus_for(place, cpus_, i, count));
      children.start([&] {
        if (!gate->park()) return;
        const os::Sighting sighting(*sightings_);
        outcomes[i] = body(i);
        gate->leave();
      });
    }
    if (trouble->happened() || !all_parked(*gate, children)) {
      gate->cancel();
    } else {
      clock.start();
      gate->open();
    }
    children.reap();
    trouble->raise();
    clock.stop_at(gate->ended_at());
    return os::sum(outcomes.all());
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
     "how processes wait for each other in hand-offs and channels: by futexes in shared memory, or "
     "by pipes"},
};

}  // namespace

extern const Model processes_model;
const Model processes_model =
    describe<Processes>("processes", "a forked process per task", options);

}  // namespace concbench
