// The server's side of a connection.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/model.hpp"

namespace concbench::os {

// What a connection cannot go on without.
enum class Need { nothing, input, room };  // nothing: it has ended

// Whoever serves it keeps it until it has ended. On a socket that does not block, `serve` returns
// whenever it would have to wait, and goes on there when it is called again.
template <Serve K>
class Connection {
 public:
  Connection(const K& kernel, int socket)
      : kernel_(kernel), socket_(socket), message_(kernel.load().message_bytes) {}

  // A client that breaks off is its own witness, who says so (see clients.hpp).
  Need serve() {
    for (;;) {
      while (replying_) {
        const ssize_t sent = ::send(socket_, rest().data(), rest().size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN ? Need::room : Need::nothing;
        if (!advance(sent)) continue;
        replying_ = false;
        ++outcome_.ops;
      }
      const ssize_t received = ::recv(socket_, rest().data(), rest().size(), 0);
      if (received < 0 && errno == EINTR) continue;
      if (received < 0 && errno == EAGAIN) return Need::input;
      if (received <= 0) return Need::nothing;
      if (!advance(received)) continue;
      outcome_.answer += kernel_.reply(message_);
      replying_ = true;
    }
  }

  int socket() const { return socket_; }
  const Outcome& outcome() const { return outcome_; }

 private:
  std::span<std::byte> rest() { return std::span(message_).subspan(done_); }
  // Whether the message is complete.
  bool advance(ssize_t bytes) {
    done_ += static_cast<std::size_t>(bytes);
    if (done_ < message_.size()) return false;
    done_ = 0;
    return true;
  }

  const K kernel_;
  const int socket_;
  std::vector<std::byte> message_;
  std::size_t done_ = 0;  // bytes of it that were received, or sent back
  bool replying_ = false;
  Outcome outcome_{0, 0};
};

}  // namespace concbench::os
