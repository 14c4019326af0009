// A model in forty lines: every task is a std::jthread.
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "models/describe.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/participants.hpp"

namespace concbench {

class JThread {
 public:
  // Threads inherit the CPUs of the one that makes them.
  explicit JThread(const Setup& setup) : restricted_(setup.cpus) {}

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    clock.start();
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t i = 0; i < kernel.tasks(); ++i) {
        threads.emplace_back([&, i, ticket = kernel.ticket(i)] {
          const os::Sighting sighting(sightings_);
          outcomes[i] = {kernel.body(ticket), 1};
        });
      }
    }
    clock.stop();
    return os::sum(outcomes);
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  static std::string no_verb(Shape) { return "not part of this example"; }
  static std::string refusal(const Ask&) { return ""; }

 private:
  os::Restricted restricted_;
  os::Sightings sightings_;
};

extern const Model jthread_model;
const Model jthread_model = describe<JThread>("jthread", "a std::jthread per task");

}  // namespace concbench
