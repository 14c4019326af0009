// threads: a task is a std::thread. The kernel makes it, schedules it, and gives it a stack of its
// own; whoever starts a thread joins it. Nothing is pooled, nothing is reused.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/barrier.hpp"
#include "models/os/channel.hpp"
#include "models/os/gate.hpp"
#include "models/os/kernel_tasks.hpp"
#include "models/os/mutex.hpp"
#include "models/os/participants.hpp"
#include "models/os/rendezvous.hpp"
#include "models/os/shortage.hpp"
#include "models/os/turn.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

constexpr auto scope = os::Scope::threads;

// The first thing that went wrong in any of the threads of a run: to let an exception pass out of a
// thread would end the program.
class Trouble {
 public:
  bool happened() const { return happened_.load(std::memory_order_relaxed); }

  template <class Body>
  void note(const Body& body) {
    try {
      body();
    } catch (...) {
      if (!happened_.exchange(true)) first_ = std::current_exception();
    }
  }

  // Once all threads have been joined.
  void raise() const {
    if (!happened()) return;
    try {
      std::rethrow_exception(first_);
    } catch (const std::system_error& error) {
      throw Exhausted(os::shortage("thread", error.code().value()));
    } catch (const std::bad_alloc&) {
      throw Exhausted(os::shortage("thread", ENOMEM));
    }
  }

 private:
  std::atomic<bool> happened_{false};
  std::exception_ptr first_;
};

// Threads that are joined together. A std::thread that goes while it is joinable ends the program;
// these are joined also when one of them could not be made.
class Crew {
 public:
  explicit Crew(std::uint64_t most) { threads_.reserve(most); }
  ~Crew() {
    for (std::thread& thread : threads_) thread.join();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  template <class Body>
  void start(Body body) {
    threads_.emplace_back(body);
  }

 private:
  std::vector<std::thread> threads_;
};

class Threads : public os::KernelTasks<Threads> {
  friend os::KernelTasks<Threads>;

 public:
  explicit Threads(const Setup& setup)
      : restricted_(setup.cpus),
        cpus_(os::allowed_cpus()),
        condvar_(setup.options.at("wait") == "condvar") {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Trouble trouble;
    Tally<K> all;
    clock.start();
    trouble.note([&] { std::thread([&] { task(kernel, kernel.root(), all, trouble); }).join(); });
    clock.stop();
    trouble.raise();
    return {kernel.answer(all.result), all.tasks};
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    Trouble trouble;
    std::vector<Outcome> outcomes(kernel.tasks());
    clock.start();
    trouble.note([&] {
      Crew crew(outcomes.size());
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        crew.start([&, i, ticket = kernel.ticket(i)] {
          const os::Sighting sighting(sightings_);
          trouble.note([&] { outcomes[i] = perform_task(kernel, ticket); });
        });
      }
    });
    clock.stop();
    trouble.raise();
    return os::sum(outcomes);
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    return condvar_ ? hand_off_by<os::CondvarTurn>(kernel, clock)
                    : hand_off_by<os::FutexTurn<scope>>(kernel, clock);
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    const std::uint64_t producers = kernel.producers();
    if (kernel.capacity() == 0) {
      if (condvar_) return send_through(os::CondvarRendezvous(producers), kernel, clock);
      return send_through(os::FutexRendezvous<scope>(producers), kernel, clock);
    }
    std::vector<std::uint64_t> slots(kernel.capacity());
    if (condvar_) return send_through(os::CondvarChannel(slots, producers), kernel, clock);
    return send_through(os::FutexChannel<scope>(slots, producers), kernel, clock);
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    return condvar_ ? contend_by<std::mutex>(kernel, clock)
                    : contend_by<os::FutexMutex<scope>>(kernel, clock);
  }

  // Threads that wait at the gate hold what a thread holds: its stack, and the kernel's.
  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    os::Gate<scope> gate(kernel.tasks());
    std::vector<Outcome> outcomes(kernel.tasks());
    clock.start();
    gather(
        gate, Place::any,
        [&](std::uint64_t i) {
          const os::Sighting sighting(sightings_);
          outcomes[i] = {kernel.begin(i), 1};
          gate.park();
        },
        [&] {
          clock.held(gate.parked());
          gate.open(Stopwatch::now());
        });
    clock.stop();
    return os::sum(outcomes);
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    return condvar_ ? phases_by<os::CondvarBarrier>(kernel, clock)
                    : phases_by<os::FutexBarrier<scope>>(kernel, clock);
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, cpus_.size()), clock);
  }

  // Threads that each do one task after another, as they become ready.
  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> slots(kernel.tasks());
    return condvar_ ? graph_by(os::CondvarChannel(slots, 1), kernel, clock)
                    : graph_by(os::FutexChannel<scope>(slots, 1), kernel, clock);
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  Notes notes() const { return {{"loop_grain", "unless asked for: a thread for each core"}}; }

  static constexpr bool kernel_tasks = true;

  static std::string no_verb(Shape) { return ""; }

  // A graph takes no more threads than there are cores.
  static std::string refusal(const Ask& ask) {
    return ask.shape == Shape::graph ? "" : os::refusal_of_threads(ask);
  }

 private:
  // The body of a thread: starts all its children, then joins them. Once a thread could not be made
  // somewhere, the rest of the tree starts no more, and ends soon.
  template <ForkJoin K>
  void task(const K& kernel, typename K::Node node, Tally<K>& all, Trouble& trouble) {
    const os::Sighting sighting(sightings_);
    trouble.note([&] {
      Offspring<K> children = kernel.children(node);
      if (children.empty()) {
        all.result = kernel.leaf(node);
        return;
      }
      std::vector<Tally<K>> tallies(children.count());
      {
        Crew crew(children.count());
        for (unsigned i = 0; i < tallies.size() && !trouble.happened(); ++i) {
          crew.start([&, i, child = children.next()] { task(kernel, child, tallies[i], trouble); });
        }
      }
      all = Tally<K>::of(kernel, tallies);
    });
  }

  template <class Turn, HandOff K>
  Outcome hand_off_by(const K& kernel, Stopwatch& clock) {
    std::vector<Turn> turns(kernel.tasks());
    turns[0].give(0);
    return assemble(
        kernel.tasks(), clock,
        [&](std::uint64_t i, auto) { return os::pass_tokens(kernel, turns, i); }, kernel.place());
  }

  template <class Bounded, Channel K>
  Outcome send_through(Bounded&& channel, const K& kernel, Stopwatch& clock) {
    return assemble(kernel.producers() + kernel.consumers(), clock, [&](std::uint64_t i, auto) {
      return os::produce_or_consume(kernel, channel, i);
    });
  }

  template <class Mutex, Contend K>
  Outcome contend_by(const K& kernel, Stopwatch& clock) {
    Mutex mutex;
    typename K::State state{};
    const Outcome all = assemble(kernel.tasks(), clock, [&](std::uint64_t, auto) {
      return os::take_turns(kernel, mutex, state);
    });
    return {kernel.answer(state), all.ops};
  }

  template <class Barrier, Phases K>
  Outcome phases_by(const K& kernel, Stopwatch& clock) {
    Barrier barrier(kernel.tasks());
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    const Outcome all = assemble(kernel.tasks(), clock, [&](std::uint64_t i, auto) {
      return os::keep_in_step(kernel, grids, i, [&] { return barrier.arrive(); });
    });
    return {kernel.checksum(grids.from(kernel.phases())), all.ops};
  }

  template <class Bounded, Graph K>
  Outcome graph_by(Bounded&& ready, const K& kernel, Stopwatch& clock) {
    Trouble trouble;
    std::vector<Outcome> outcomes(cpus_.size());
    clock.start();
    Predecessors<K> predecessors(kernel);
    predecessors.begin_first([&](GraphTask task) { ready.send(task); });
    trouble.note([&] {
      Crew crew(outcomes.size());
      for (Outcome& mine : outcomes) {
        crew.start([&] {
          const os::Sighting sighting(sightings_);
          trouble.note([&] { mine = os::do_what_is_ready(kernel, predecessors, ready); });
        });
      }
    });
    clock.stop();
    trouble.raise();
    return {kernel.answer(), os::sum(outcomes).ops};
  }

  // Assembles the participants behind a gate, each a thread that runs `body` with its number and
  // the time of the opening, and times them from then to the end of the last.
  template <class Body>
  Outcome assemble(std::uint64_t count, Stopwatch& clock, const Body& body,
                   Place place = Place::any) {
    os::Gate<scope> gate(count);
    std::vector<Outcome> outcomes(count);
    gather(
        gate, place,
        [&](std::uint64_t i) {
          if (!gate.park()) return;
          const os::Sighting sighting(sightings_);
          outcomes[i] = body(i, gate.opened_at());
          gate.leave();
        },
        [&] {
          clock.start();
          gate.open(clock.started_at());
        });
    clock.stop_at(gate.ended_at());
    return os::sum(outcomes);
  }

  // Makes a thread of each participant, which parks itself at the gate; calls `open` once all are
  // there, and joins them.
  template <class Body, class Open>
  void gather(os::Gate<scope>& gate, Place place, const Body& body, const Open& open) {
    Trouble trouble;
    {
      const std::uint64_t count = gate.participants();
      Crew crew(count);
      trouble.note([&] {
        for (std::uint64_t i = 0; i < count; ++i) {
          // A thread inherits the CPUs of the one that makes it.
          std::optional<os::Restricted> here;
          if (place != Place::any) here.emplace(os::cpus_for(place, cpus_, i, count));
          crew.start([&, i] { body(i); });
        }
      });
      if (trouble.happened()) {
        gate.cancel();
      } else {
        gate.all_parked();
        open();
      }
    }
    trouble.raise();
  }

  os::Restricted restricted_;
  const std::vector<int> cpus_;
  const bool condvar_;
  os::Sightings sightings_;
};

constexpr Option options[] = {
    {"wait", "futex|condvar", "",
     "how threads wait for each other: by bare futexes, or by std::mutex and "
     "std::condition_variable"},
};

}  // namespace

extern const Model threads_model;
const Model threads_model = describe<Threads>("threads", "a std::thread per task", options);

}  // namespace concbench
