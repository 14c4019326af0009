// serial: no concurrency at all. A task is a function call, and awaiting it is its return. This is
// what all other models are measured against: the work itself, and the least that counting it
// costs.
#include <cstdint>
#include <string>
#include <vector>

#include "models/model.hpp"
#include "models/os/affinity.hpp"
#include "models/os/sightings.hpp"

namespace concbench {
namespace {

class Serial {
 public:
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

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }

  static std::string no_verb(Shape) { return "one task cannot wait for another"; }
  static std::string refusal(const Ask&) { return ""; }

 private:
  // The count comes back with the result, in a register: a counter in memory would make every call
  // wait for the one before (fib: 1.3 ns a call instead of 0.7).
  template <class K>
  struct Tally {
    typename K::Result result;
    std::uint64_t tasks;
  };

  // The barrier at each fork stands where other models make a task. Without it clang folds the
  // tree.
  template <ForkJoin K>
  static Tally<K> task(K kernel, typename K::Node node) {
    const unsigned children = kernel.children(node);
    if (children == 0) return {kernel.leaf(node), 1};
    asm volatile("" ::: "memory");
    Tally<K> all = task(kernel, kernel.child(node, 0));
    for (unsigned i = 1; i < children; ++i) {
      asm volatile("" ::: "memory");
      const Tally<K> one = task(kernel, kernel.child(node, i));
      all.result = kernel.fold(all.result, one.result);
      all.tasks += one.tasks;
    }
    ++all.tasks;
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
