// The C++ Actor Framework: every task is an actor, and whoever waits for something is sent it.
#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/describe.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/participants.hpp"

namespace concbench {
namespace {

class Caf {
 public:
  // The scheduler's threads inherit the CPUs of the one that makes them.
  explicit Caf(const Setup& setup) : restricted_(setup.cpus), system_(configure(setup)) {}

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    clock.start();
    for (std::uint64_t i = 0; i < kernel.tasks(); ++i) {
      system_.spawn([&, i, ticket = kernel.ticket(i)] {
        const os::Sighting sighting(sightings_);
        outcomes[i] = {kernel.body(ticket), 1};
      });
    }
    system_.await_all_actors_done();
    clock.stop();
    return os::sum(outcomes);
  }

  // The token is a message; an actor ends with its last hop.
  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    if (kernel.place() != Place::any) throw Exhausted("actors live where CAF likes");
    const std::uint64_t tasks = kernel.tasks(), hops = kernel.hops();
    std::vector<caf::actor> ring(tasks);
    std::vector<Outcome> outcomes(tasks, {0, 0});
    for (std::uint64_t i = 0; i < tasks; ++i) {
      ring[i] = system_.spawn([&, i](caf::event_based_actor* self) -> caf::behavior {
        std::uint64_t hop = i;
        return {[&, self, i, hop](std::uint64_t token) mutable {
          const os::Sighting sighting(sightings_);
          token = kernel.pass(token, i);
          ++outcomes[i].ops;
          if (hop + 1 == hops) {
            outcomes[i].answer = token;
          } else {
            self->send(ring[(i + 1) % tasks], token);
          }
          hop += tasks;
          if (hop >= hops) self->quit();
        }};
      });
    }
    clock.start();
    caf::anon_send(ring[0], std::uint64_t{0});
    for (std::uint64_t i = hops; i < tasks; ++i)
      caf::anon_send_exit(ring[i], caf::exit_reason::kill);
    system_.await_all_actors_done();
    clock.stop();
    return os::sum(outcomes);
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  static std::string no_verb(Shape) { return "not part of this example"; }
  static std::string refusal(const Ask&) { return ""; }

 private:
  static caf::actor_system_config& configure(const Setup& setup) {
    static caf::actor_system_config config;
    config.set("scheduler.max-threads", setup.cpus.size());
    return config;
  }

  os::Restricted restricted_;
  caf::actor_system system_;
  os::Sightings sightings_;
};

}  // namespace

extern const Model caf_model;
const Model caf_model = describe<Caf>("caf", "an actor of the C++ Actor Framework per task");

}  // namespace concbench
