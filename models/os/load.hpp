// The load generator: all clients of a server in one thread, on non-blocking sockets.
//
// Open loop: a request is sent when it is due, and its latency counts from then, so that what a
// stalled server keeps waiting is seen as it would be by those who wait (no coordinated omission).
// Requests of a connection are sent one after another without awaiting replies. How late it was
// itself the generator reports, too. Closed loop: each connection sends its next request after the
// reply to its last, and latency counts from the sending.
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/os/descriptor.hpp"
#include "workloads/latency.hpp"
#include "workloads/shapes.hpp"

namespace concbench::os {

// Plain data, for memory that processes share.
struct LoadReport {
  LatencyCounts latency;        // of each request
  std::int64_t latency_ns = 0;  // of all together
  std::int64_t late_ns = 0;     // open loop: sent later than due, all together
  std::uint64_t answered = 0;   // replies, each the same as its request
};

class Generator {
 public:
  // Establishes the connections, to a port of this machine. Throws std::system_error.
  Generator(const Load& load, std::uint16_t port);

  // Sends all requests, awaits the replies and closes each connection after its last. Throws
  // std::runtime_error if a reply is wrong or a connection ends early. If it may spin, it does so
  // for the last microseconds before a request is due, instead of sleeping.
  void run(LoadReport& report, bool may_spin);

 private:
  struct Client {
    Descriptor socket;
    std::uint64_t requests;      // that fall to it
    std::size_t due_bytes = 0;   // of requests that are due, one after another
    std::size_t sent_bytes = 0;  // of these
    std::size_t received_bytes = 0;
    std::int64_t sent_ns = 0;  // closed loop: its last
    bool awaits_room = false;
  };

  std::uint64_t number(std::size_t client, std::uint64_t nth) const {
    return nth * clients_.size() + client;
  }
  std::int64_t due_ns(std::uint64_t number) const;
  void add_due(std::size_t client);
  void send(std::size_t client);
  void note_sending(Client& client, std::uint64_t number);
  void receive(std::size_t client);
  void check(std::size_t client, std::size_t bytes);
  void note_reply(std::size_t client, std::uint64_t nth);
  void watch(std::size_t client, int operation);
  int wait(epoll_event* events, int most, bool may_spin) const;
  void end(std::size_t client);

  const Load load_;
  std::vector<Client> clients_;
  Descriptor epoll_;
  std::vector<std::byte> message_, received_;
  LoadReport* report_ = nullptr;
  std::int64_t began_ns_ = 0;
  std::uint64_t next_ = 0;  // open loop: the first request that was not due yet
  std::size_t open_ = 0;    // connections
};

}  // namespace concbench::os
