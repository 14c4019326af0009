// Where tasks wait for sockets: one thread beside the workers sleeps in epoll, and sends a task
// whose socket is ready to the worker that it belongs to. So no worker ever waits in the kernel for
// a socket while it has other tasks to run; a request costs the switch to that thread and back,
// unless more are ready at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>

#include "models/os/connection.hpp"
#include "models/os/descriptor.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

// A task that waits for a socket; lies in its own stack or frame.
struct Arrival {
  Runnable task;
  Worker& home;
};

class Reactor {
 public:
  // Its thread runs on these CPUs. It lives no longer than the scheduler.
  explicit Reactor(std::span<const int> cpus);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // A socket that tasks will wait for. Throws std::system_error.
  void add(int socket);

  // Has the task sent home as soon as its socket has what it needs. By a task that is suspended
  // already; it may run elsewhere at once.
  void await(int socket, os::Need need, Arrival& arrival);

 private:
  void loop();

  os::Descriptor epoll_, stop_;
  // Counts what is awaited. An arrival's address reaches the thread by way of the kernel, and C++
  // knows no order between the two sides but this.
  std::atomic<std::uint64_t> awaited_{0};
  std::thread thread_;
};

}  // namespace concbench::runtime
