// The clients of a server, in a process of their own, on other CPUs than the server's where there
// are any.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "models/os/descriptor.hpp"
#include "models/os/load.hpp"
#include "models/os/shared.hpp"
#include "workloads/probe.hpp"

namespace concbench::os {

enum class Sockets { blocking, non_blocking };

class Clients {
 public:
  // Returns once all connections are established, and wait. `server` are the CPUs of the server.
  Clients(const Load& load, std::span<const int> server, Sockets sockets);
  // Ends the process if it has not ended yet, and closes the connections.
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // The server's ends of the connections.
  int socket(std::size_t i) const { return sockets_[i].get(); }

  // The same for somebody who closes it.
  int take(std::size_t i) { return sockets_[i].release(); }

  // Has them send their requests: by a server that is ready.
  void go();

  // Once all connections have been served: waits for the process. Throws std::runtime_error with
  // what went wrong there, if anything; else notes, if there is a probe.
  void finish(Probe* probe);

 private:
  struct Said {
    LoadReport report;
    char failure[160] = "";
  };

  [[noreturn]] void live(const Load& load, std::span<const int> server, std::uint16_t port);
  void accept_all(int listener, std::uint64_t connections, Sockets sockets);
  void reap();
  [[noreturn]] void tell_why() const;

  const std::uint64_t requests_;
  Shared<Said> said_{1};
  Descriptor gate_;
  std::vector<Descriptor> sockets_;
  pid_t process_ = -1;
};

}  // namespace concbench::os
