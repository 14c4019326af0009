// threads: a task is a std::thread. The kernel makes it, schedules it, and gives it a stack of its
// own; whoever starts a thread joins it. Nothing is pooled, nothing is reused.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "models/model.hpp"
#include "models/os/affinity.hpp"
#include "models/os/channel.hpp"
#include "models/os/gate.hpp"
#include "models/os/participants.hpp"
#include "models/os/shortage.hpp"
#include "models/os/sightings.hpp"
#include "models/os/turn.hpp"

namespace concbench {
namespace {

constexpr auto scope = os::Scope::threads;

// The first error that kept a thread from being made, anywhere in a tree of them.
class Trouble {
 public:
  bool happened() const { return error_.load(std::memory_order_relaxed) != 0; }

  // Runs `body`, whose failure to make a thread, or to find memory for one, is noted: to let it
  // pass out of a thread would end the program.
  template <class Body>
  void note(const Body& body) {
    try {
      body();
    } catch (const std::system_error& error) {
      error_ = error.code().value();
    } catch (const std::bad_alloc&) {
      error_ = ENOMEM;
    }
  }

  void raise() const {
    if (happened()) throw Exhausted(os::shortage("thread", error_));
  }

 private:
  std::atomic<int> error_{0};
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

class Threads {
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
          outcomes[i] = {kernel.body(ticket), 1};
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
    return condvar_ ? channel_by<os::CondvarChannel>(kernel, clock)
                    : channel_by<os::FutexChannel<scope>>(kernel, clock);
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return assemble(kernel.tasks(), Place::any, clock,
                    [&](std::uint64_t i) { return os::give_way(kernel, i); });
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }

  static std::string no_verb(Shape) { return ""; }

  static std::string refusal(const Ask& ask) { return os::refusal_of_threads(ask); }

 private:
  template <class K>
  struct Tally {
    typename K::Result result{};
    std::uint64_t tasks = 0;
  };

  // The body of a thread: starts all its children, then joins them. Once a thread could not be made
  // somewhere, the rest of the tree starts no more, and ends soon.
  template <ForkJoin K>
  void task(const K& kernel, typename K::Node node, Tally<K>& all, Trouble& trouble) {
    const os::Sighting sighting(sightings_);
    all.tasks = 1;
    const unsigned children = kernel.children(node);
    if (children == 0) {
      all.result = kernel.leaf(node);
      return;
    }
    trouble.note([&] {
      std::vector<Tally<K>> tallies(children);
      {
        Crew crew(children);
        for (unsigned i = 0; i < children && !trouble.happened(); ++i) {
          crew.start([&, i] { task(kernel, kernel.child(node, i), tallies[i], trouble); });
        }
      }
      all.result = tallies[0].result;
      for (unsigned i = 0; i < children; ++i) {
        if (i > 0) all.result = kernel.fold(all.result, tallies[i].result);
        all.tasks += tallies[i].tasks;
      }
    });
  }

  template <class Turn, HandOff K>
  Outcome hand_off_by(const K& kernel, Stopwatch& clock) {
    std::vector<Turn> turns(kernel.tasks());
    turns[0].give(0);
    return assemble(kernel.tasks(), kernel.place(), clock,
                    [&](std::uint64_t i) { return os::pass_tokens(kernel, turns, i); });
  }

  template <class Bounded, Channel K>
  Outcome channel_by(const K& kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> slots(kernel.capacity());
    Bounded channel(slots, kernel.producers());
    return assemble(kernel.producers() + kernel.consumers(), Place::any, clock,
                    [&](std::uint64_t i) { return os::produce_or_consume(kernel, channel, i); });
  }

  // Assembles the participants behind a gate, each a thread that runs `body` with its number, and
  // times them from the opening to the end of the last.
  template <class Body>
  Outcome assemble(std::uint64_t count, Place place, Stopwatch& clock, const Body& body) {
    Trouble trouble;
    os::Gate<scope> gate(count);
    std::vector<Outcome> outcomes(count);
    {
      Crew crew(count);
      trouble.note([&] {
        for (std::uint64_t i = 0; i < count; ++i) {
          // A thread inherits the CPUs of the one that makes it.
          const os::Restricted here(os::cpus_for(place, cpus_, i, count));
          crew.start([&, i] {
            if (!gate.park()) return;
            const os::Sighting sighting(sightings_);
            outcomes[i] = body(i);
            gate.leave();
          });
        }
      });
      if (trouble.happened()) {
        gate.cancel();
      } else {
        gate.all_parked();
        clock.start();
        gate.open();
      }
    }
    trouble.raise();
    clock.stop_at(gate.ended_at());
    return os::sum(outcomes);
  }

  os::Restricted restricted_;
  const std::vector<int> cpus_;
  const bool condvar_;
  os::Sightings sightings_;
};

constexpr Option options[] = {
    {"wait", "futex|condvar", "",
     "how threads wait for each other in hand-offs and channels: by bare futexes, or by std::mutex "
     "and std::condition_variable"},
};

}  // namespace

extern const Model threads_model;
const Model threads_model = describe<Threads>("threads", "a std::thread per task", options);

}  // namespace concbench
