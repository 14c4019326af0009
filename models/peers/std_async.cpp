// std-async: std::async with std::launch::async, the task of the C++ standard library.
//
// The standard ([futures.async]) has it run "as if in a new thread of execution"; libstdc++ and
// libc++ start a thread for each call, which ends with its task. get() waits for the thread and
// hands over what it returned or threw. Threads are free to run anywhere in the CPUs of the run, as
// in the model `threads`, and those that wait sleep in the kernel.
#include <cerrno>
#include <cstdint>
#include <future>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "models/model.hpp"
#include "models/os/affinity.hpp"
#include "models/os/participants.hpp"
#include "models/os/shortage.hpp"
#include "models/os/sightings.hpp"
#include "models/peers/tally.hpp"

namespace concbench {
namespace {

using peers::Tally;

class StdAsync {
 public:
  explicit StdAsync(const Setup& setup) : restricted_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    return told_of_shortage([&]() -> Outcome {
      clock.start();
      const Tally<K> all =
          std::async(std::launch::async, [&] { return grow(kernel, kernel.root()); }).get();
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
              return {kernel.body(ticket), 1};
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

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  Notes notes() const { return {{"idle", "no workers: a thread a task, asleep while it waits"}}; }

  static std::string no_verb(Shape) {
    return "a future is set once: std::async has nothing for tasks that meet or take turns";
  }

  static std::string refusal(const Ask& ask) { return os::refusal_of_threads(ask); }

 private:
  // Makes a task of each child and folds what they return. A future that goes waits for its thread,
  // also when one of them could not be made.
  template <ForkJoin K>
  Tally<K> grow(const K& kernel, typename K::Node node) {
    const os::Sighting sighting(sightings_);
    const unsigned children = kernel.children(node);
    if (children == 0) return {kernel.leaf(node)};
    std::vector<std::future<Tally<K>>> tasks;
    tasks.reserve(children);
    for (unsigned i = 0; i < children; ++i) {
      tasks.push_back(std::async(std::launch::async, [this, &kernel, node, i] {
        return grow(kernel, kernel.child(node, i));
      }));
    }
    std::vector<Tally<K>> tallies;
    tallies.reserve(children);
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
  os::Sightings sightings_;
};

}  // namespace

extern const Model std_async_model;
const Model std_async_model =
    describe<StdAsync>("std-async", "std::async and futures: a thread per task");

}  // namespace concbench
