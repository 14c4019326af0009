#include "models/os/load.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

#include "models/stopwatch.hpp"
#include "workloads/echo.hpp"

namespace concbench::os {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// A virtual CPU that sleeps needs 24 to 37 µs to wake.
constexpr std::int64_t spin_ns = 50'000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Descriptor connect_to(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "a client's socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  while (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINTR) fail("connecting to the server");
  }
  const int on = 1;
  if (setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) {
    fail("preparing a client's socket");
  }
  return socket;
}

}  // namespace

Generator::Generator(const Load& load, std::uint16_t port)
    : load_(load),
      epoll_(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
      message_(load.message_bytes),
      received_(std::size_t{1} << 16) {
  clients_.reserve(load.connections);
  for (std::uint64_t i = 0; i < load.connections; ++i) {
    const Share mine = share(load.requests, load.connections, i);
    clients_.push_back({connect_to(port), mine.last - mine.first});
    watch(i, EPOLL_CTL_ADD);
  }
}

void Generator::run(LoadReport& report, bool may_spin) {
  report_ = &report;
  open_ = clients_.size();
  began_ns_ = Stopwatch::now();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (clients_[i].requests == 0) {
      end(i);
    } else if (load_.rate == 0) {
      add_due(i);
    }
  }
  constexpr int most = 64;  // events, before it looks again what is due
  epoll_event events[most];
  while (open_ > 0) {
    while (load_.rate > 0 && next_ < load_.requests && due_ns(next_) <= Stopwatch::now()) {
      add_due(next_++ % clients_.size());
    }
    const int happened = wait(events, most, may_spin);
    for (int i = 0; i < happened; ++i) {
      const std::size_t client = events[i].data.u64;
      if (events[i].events & EPOLLOUT) send(client);
      if (events[i].events & ~static_cast<unsigned>(EPOLLOUT)) receive(client);
    }
  }
}

// Evenly spaced.
std::int64_t Generator::due_ns(std::uint64_t number) const {
  const std::uint64_t whole = number / load_.rate, part = number % load_.rate;
  return began_ns_ + static_cast<std::int64_t>(whole * second_ns + part * second_ns / load_.rate);
}

void Generator::add_due(std::size_t client) {
  clients_[client].due_bytes += load_.message_bytes;
  if (!clients_[client].awaits_room) send(client);
}

void Generator::send(std::size_t index) {
  Client& client = clients_[index];
  while (client.sent_bytes < client.due_bytes) {
    const std::uint64_t which = number(index, client.sent_bytes / message_.size());
    const std::size_t done = client.sent_bytes % message_.size();
    Echo::write(which, message_);
    if (done == 0) note_sending(client, which);
    const ssize_t sent =
        ::send(client.socket.get(), message_.data() + done, message_.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) fail("sending a request");
    if (sent < 0) break;
    client.sent_bytes += static_cast<std::size_t>(sent);
  }
  const bool awaits_room = client.sent_bytes < client.due_bytes;
  if (awaits_room == client.awaits_room) return;
  client.awaits_room = awaits_room;
  watch(index, EPOLL_CTL_MOD);
}

// Only what keeps the generator itself counts as its being late: not a server that takes nothing,
// so that there is no room to send to.
void Generator::note_sending(Client& client, std::uint64_t number) {
  const std::int64_t now = Stopwatch::now();
  if (load_.rate == 0) {
    client.sent_ns = now;
  } else if (!client.awaits_room) {
    report_->late_ns += std::max<std::int64_t>(now - due_ns(number), 0);
  }
}

void Generator::receive(std::size_t index) {
  Client& client = clients_[index];
  while (client.socket.get() >= 0) {
    const ssize_t received = recv(client.socket.get(), received_.data(), received_.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && errno == EAGAIN) return;
    if (received < 0) fail("receiving a reply");
    if (received == 0) throw std::runtime_error("the server closed a connection early");
    check(index, static_cast<std::size_t>(received));
    if (static_cast<std::size_t>(received) < received_.size()) return;
  }
}

// Compares what has come with what was sent.
void Generator::check(std::size_t index, std::size_t bytes) {
  Client& client = clients_[index];
  for (std::size_t i = 0; i < bytes;) {
    const std::uint64_t nth = client.received_bytes / message_.size();
    const std::size_t done = client.received_bytes % message_.size();
    const std::size_t part = std::min(bytes - i, message_.size() - done);
    Echo::write(number(index, nth), message_);
    if (client.received_bytes + part > client.sent_bytes ||
        std::memcmp(received_.data() + i, message_.data() + done, part) != 0) {
      throw std::runtime_error("the reply to request " + std::to_string(number(index, nth)) +
                               " is not what was sent");
    }
    i += part;
    client.received_bytes += part;
    if (done + part == message_.size()) note_reply(index, nth);
  }
}

void Generator::note_reply(std::size_t index, std::uint64_t nth) {
  Client& client = clients_[index];
  const std::int64_t since = load_.rate > 0 ? due_ns(number(index, nth)) : client.sent_ns;
  const std::int64_t latency = Stopwatch::now() - since;
  report_->latency.add(latency);
  report_->latency_ns += latency;
  ++report_->answered;
  if (nth + 1 == client.requests) {
    end(index);
  } else if (load_.rate == 0) {
    add_due(index);
  }
}

void Generator::watch(std::size_t client, int operation) {
  epoll_event event{};
  event.events = EPOLLIN | (clients_[client].awaits_room ? EPOLLOUT : 0u);
  event.data.u64 = client;
  if (epoll_ctl(epoll_.get(), operation, clients_[client].socket.get(), &event) != 0) {
    fail("epoll_ctl");
  }
}

// Until something happens, or the next request is due.
int Generator::wait(epoll_event* events, int most, bool may_spin) const {
  timespec patience{};
  const bool timed = load_.rate > 0 && next_ < load_.requests;
  if (timed) {
    const std::int64_t left = due_ns(next_) - Stopwatch::now() - (may_spin ? spin_ns : 0);
    patience = {.tv_sec = std::max<std::int64_t>(left, 0) / second_ns,
                .tv_nsec = std::max<std::int64_t>(left, 0) % second_ns};
  }
  const int happened =
      epoll_pwait2(epoll_.get(), events, most, timed ? &patience : nullptr, nullptr);
  if (happened < 0 && errno != EINTR) fail("epoll_pwait2");
  return std::max(happened, 0);
}

void Generator::end(std::size_t client) {
  clients_[client].socket.reset();
  --open_;
}

}  // namespace concbench::os
