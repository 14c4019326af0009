#include "models/runtime/reactor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <vector>

#include "models/machine/affinity.hpp"

namespace concbench::runtime {

Reactor::Reactor(std::span<const int> cpus)
    : epoll_(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
      stop_(eventfd(0, EFD_CLOEXEC), "eventfd") {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
  const os::Restricted here(cpus);  // which a thread inherits
  thread_ = std::thread([this] { loop(); });
}

Reactor::~Reactor() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

// Nobody waits for it yet. A socket that fails is reported all the same, to nobody.
void Reactor::add(int socket) {
  epoll_event event{};
  event.events = EPOLLONESHOT;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

// Reported once, and also if it was ready before. There is nothing to allocate, and so to fail.
void Reactor::await(int socket, os::Need need, Arrival& arrival) {
  epoll_event event{};
  event.events = (need == os::Need::room ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT;
  event.data.ptr = &arrival;
  awaited_.fetch_add(1, std::memory_order_release);
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event);
}

void Reactor::loop() {
  constexpr int most = 256;
  epoll_event events[most];
  for (;;) {
    const int ready = epoll_wait(epoll_.get(), events, most, -1);
    awaited_.load(std::memory_order_acquire);
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.ptr == this) return;
      if (events[i].data.ptr == nullptr) continue;
      const Arrival arrival = *static_cast<Arrival*>(events[i].data.ptr);
      arrival.home.send(arrival.task);
    }
  }
}

}  // namespace concbench::runtime
