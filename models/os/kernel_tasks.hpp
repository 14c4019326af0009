// The verbs in which tasks do nothing with each other but begin together, for models whose tasks
// the kernel schedules. What such a task does is the same in each; what it is, and how it is made
// and awaited, is the model's: `assemble(count, clock, body)`.
#pragma once

#include <sched.h>

#include "models/machine/affinity.hpp"
#include "models/os/clients.hpp"
#include "models/os/participants.hpp"
#include "models/os/sleep.hpp"

namespace concbench::os {

template <class Model>
class KernelTasks {
 public:
  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return self().assemble(kernel.tasks(), clock,
                           [&](std::uint64_t i, auto) { return give_way(kernel, i); });
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return self().assemble(kernel.tasks(), clock, [&](std::uint64_t i, std::int64_t opened) {
      return sleep_once(kernel, i, opened, Model::sleep_until);
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return self().assemble(kernel.tasks(), clock, [&](std::uint64_t i, std::int64_t opened) {
      return follow_recipe(kernel, i, opened, Model::sleep_until, sched_yield);
    });
  }

  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    Clients clients(kernel.load(), allowed_cpus(), Sockets::blocking);
    const Outcome all =
        self().assemble(kernel.load().connections, clock,
                        [&](std::uint64_t i, auto) { return serve_blocking(kernel, clients, i); });
    clients.finish(kernel.probe);
    return all;
  }

 protected:
  static void sleep_until(std::int64_t when) { os::sleep_until(when); }

 private:
  Model& self() { return static_cast<Model&>(*this); }
};

}  // namespace concbench::os
