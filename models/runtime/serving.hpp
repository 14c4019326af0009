// What a server has in common in every model of the runtime: its clients, and where its tasks wait.
#pragma once

#include <cstdint>
#include <span>

#include "models/os/clients.hpp"
#include "models/runtime/reactor.hpp"

namespace concbench::runtime {

class Serving {
 public:
  Serving(const Load& load, Scheduler& scheduler, std::span<const int> cpus)
      : clients(load, cpus, os::Sockets::non_blocking), reactor(cpus), scheduler_(scheduler) {
    for (std::uint64_t task = 0; task < load.connections; ++task) {
      reactor.add(clients.socket(task));
    }
  }

  // By each task at its beginning: the first lets the clients go. Returns its socket.
  int begin(std::uint64_t task) {
    if (task == 0) clients.go();
    return clients.socket(task);
  }

  // Tasks are dealt out to the workers.
  Worker& home(std::uint64_t task) const { return scheduler_.worker(task % scheduler_.size()); }

  os::Clients clients;
  Reactor reactor;

 private:
  Scheduler& scheduler_;
};

// By a task at its end.
inline void tally_up(Worker& worker, const Outcome& outcome) {
  worker.tally.answer += outcome.answer;
  worker.tally.ops += outcome.ops;
}

}  // namespace concbench::runtime
