// std-async: std::async with std::launch::async, the task of the C++ standard library.
//
// The standard ([futures.async]) has it run "as if in a new thread of execution"; libstdc++ and
// libc++ start a thread for each call, which ends with its task. get() waits for the thread and
// hands over what it returned or threw. Threads are free to run anywhere in the CPUs of the run, as
// in the model `threads`, and those that wait sleep in the kernel. What the library offers to such
// tasks besides futures, they use: std::mutex, std::barrier, std::this_thread.
#include <barrier>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <future>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/gate.hpp"
#include "models/os/kernel_tasks.hpp"
#include "models/os/participants.hpp"
#include "models/os/shortage.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

std::string library() {
#ifdef _LIBCPP_VERSION
  return "libc++ " + std::to_string(_LIBCPP_VERSION);
#else
  return "libstdc++ " + std::to_string(_GLIBCXX_RELEASE) + ", " + std::to_string(__GLIBCXX__);
#endif
}

class StdAsync : public os::KernelTasks<StdAsync> {
  friend os::KernelTasks<StdAsync>;

 public:
  explicit StdAsync(const Setup& setup) : restricted_(setup.cpus), cores_(setup.cpus.size()) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return told_of_shortage([&]() -> Outcome {
      clock.start();
      const Tally<K> all =
          std::async(std::launch::async, [&] { return evaluate(kernel, kernel.root()); }).get();
      clock.stop();
      return {kernel.answer(all.result), all.tasks};
    });
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    return told_of_shortage([&] {
      std::vector<std::future<Outcome>> tasks;
      tasks.reserve(kernel.tasks());
      Outcome all{0, 0};
      clock.start();
      for (std::uint64_t i = 0, n = kernel.tasks(); i < n; ++i) {
        tasks.push_back(
            std::async(std::launch::async, [this, kernel, ticket = kernel.ticket(i)]() -> Outcome {
              const os::Sighting sighting(sightings_);
              return perform_task(kernel, ticket);
            }));
      }
      for (std::future<Outcome>& task : tasks) {
        const Outcome one = task.get();
        all.answer += one.answer;
        all.ops += one.ops;
      }
      clock.stop();
      return all;
    });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    std::mutex mutex;
    typename K::State state{};
    const Outcome all = assemble(kernel.tasks(), clock, [&](std::uint64_t, auto) {
      return os::take_turns(kernel, mutex, state);
    });
    return {kernel.answer(state), all.ops};
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    os::Gate<scope> gate(kernel.tasks());
    clock.start();
    const Outcome all = gather(
        gate,
        [&](std::uint64_t i) {
          const os::Sighting sighting(sightings_);
          const Outcome mine{kernel.begin(i), 1};
          gate.park();
          return mine;
        },
        [&] {
          clock.held(gate.parked());
          gate.open(Stopwatch::now());
        });
    clock.stop();
    return all;
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    std::uint64_t ended = 0;  // counted by whoever ends a phase, while the others wait
    std::barrier all_here(static_cast<std::ptrdiff_t>(kernel.tasks()), [&]() noexcept { ++ended; });
    assemble(kernel.tasks(), clock, [&](std::uint64_t i, auto) {
      return os::keep_in_step(kernel, grids, i, [&] {
        all_here.arrive_and_wait();
        return false;
      });
    });
    return {kernel.checksum(grids.from(kernel.phases())), ended};
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, cores_), clock);
  }

  // Each task waits for the futures of its predecessors.
  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    using Done = std::shared_future<std::uint64_t>;
    return told_of_shortage([&]() -> Outcome {
      std::vector<Done> tasks;
      tasks.reserve(kernel.tasks());
      std::uint64_t ops = 0;
      clock.start();
      for (GraphTask task = 0; task < kernel.tasks(); ++task) {
        std::vector<Done> before;
        for (const GraphTask one : kernel.predecessors(task)) before.push_back(tasks[one]);
        tasks.push_back(
            std::async(std::launch::async, [this, &kernel, task, before = std::move(before)] {
              const os::Sighting sighting(sightings_);
              for (const Done& one : before) one.get();
              kernel.perform(task);
              return std::uint64_t{1};
            }));
      }
      for (const Done& task : tasks) ops += task.get();
      clock.stop();
      return {kernel.answer(), ops};
    });
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  Notes notes() const {
    return {{"idle", "no workers: a thread per task, asleep while it waits"},
            {"library", library()},
            {"loop_grain", "unless asked for: a future for each core"}};
  }

  static std::string no_verb(Shape) {
    return "a future is set once: it cannot carry a token round, or message after message";
  }

  static std::string refusal(const Ask& ask) { return os::refusal_of_threads(ask); }

 private:
  static constexpr auto scope = os::Scope::threads;

  static void sleep_until(std::int64_t when) {
    using Clock = std::chrono::steady_clock;
    std::this_thread::sleep_until(Clock::time_point(std::chrono::nanoseconds(when)));
  }

  // Times the participants, each a task that runs `body` with its number and the time of the gate's
  // opening, from then to the end of the last.
  template <class Body>
  Outcome assemble(std::uint64_t count, Stopwatch& clock, const Body& body) {
    os::Gate<scope> gate(count);
    const Outcome all = gather(
        gate,
        [&](std::uint64_t i) -> Outcome {
          if (!gate.park()) return {0, 0};
          const os::Sighting sighting(sightings_);
          const Outcome mine = body(i, gate.opened_at());
          gate.leave();
          return mine;
        },
        [&] {
          clock.start();
          gate.open(clock.started_at());
        });
    clock.stop_at(gate.ended_at());
    return all;
  }

  // Makes a task of each participant, which parks itself at the gate; calls `open` once all are
  // there. Futures that go wait for their tasks, which must not wait at the gate then.
  template <class Body, class Open>
  static Outcome gather(os::Gate<scope>& gate, const Body& body, const Open& open) {
    return told_of_shortage([&] {
      std::vector<std::future<Outcome>> tasks;
      tasks.reserve(gate.participants());
      try {
        for (std::uint64_t i = 0; i < gate.participants(); ++i) {
          tasks.push_back(std::async(std::launch::async, [&body, i] { return body(i); }));
        }
      } catch (...) {
        gate.cancel();
        throw;
      }
      gate.all_parked();
      open();
      Outcome all{0, 0};
      for (std::future<Outcome>& task : tasks) {
        const Outcome one = task.get();
        all.answer += one.answer;
        all.ops += one.ops;
      }
      return all;
    });
  }

  // Makes a task of each child and folds what they return. A future that goes waits for its thread,
  // also when one of them could not be made.
  template <ForkJoin K>
  Tally<K> evaluate(const K& kernel, typename K::Node node) {
    const os::Sighting sighting(sightings_);
    Offspring<K> children = kernel.children(node);
    if (children.empty()) return {kernel.leaf(node)};
    std::vector<std::future<Tally<K>>> tasks;
    tasks.reserve(children.count());
    while (!children.empty()) {
      tasks.push_back(std::async(std::launch::async, [this, &kernel, child = children.next()] {
        return evaluate(kernel, child);
      }));
    }
    std::vector<Tally<K>> tallies;
    tallies.reserve(tasks.size());
    for (std::future<Tally<K>>& task : tasks) tallies.push_back(task.get());
    return Tally<K>::of(kernel, tallies);
  }

  template <class Body>
  static Outcome told_of_shortage(const Body& body) try {
    return body();
  } catch (const std::system_error& error) {
    throw Exhausted(os::shortage("thread", error.code().value()));
  } catch (const std::bad_alloc&) {
    throw Exhausted(os::shortage("thread", ENOMEM));
  }

  os::Restricted restricted_;
  const std::size_t cores_;
  os::Sightings sightings_;
};

}  // namespace

extern const Model std_async_model;
const Model std_async_model =
    describe<StdAsync>("std-async", "std::async and futures: a thread per task");

}  // namespace concbench
