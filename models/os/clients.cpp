#include "models/os/clients.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "models/machine/affinity.hpp"
#include "models/model.hpp"

namespace concbench::os {
namespace {

// What this program may use before any model binds a thread. Where that may not be asked, no model
// is started either.
const std::vector<int> cpus_at_start = [] {
  try {
    return allowed_cpus();
  } catch (const std::system_error&) {
    return std::vector<int>{};
  }
}();

std::vector<int> cpus_beside(std::span<const int> server) {
  std::vector<int> others;
  for (const int cpu : cpus_at_start) {
    if (std::find(server.begin(), server.end(), cpu) == server.end()) others.push_back(cpu);
  }
  return others;
}

Descriptor listen_on_loopback(std::uint16_t& port) {
  Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "the server's socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.get(), any, bytes) != 0 || listen(listener.get(), SOMAXCONN) != 0 ||
      getsockname(listener.get(), any, &bytes) != 0) {
    throw std::system_error(errno, std::generic_category(), "listening on the loopback interface");
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

Clients::Clients(const Load& load, std::span<const int> server, Sockets sockets)
    : requests_(load.requests), gate_(eventfd(0, EFD_CLOEXEC), "eventfd") {
  std::uint16_t port;
  const Descriptor listener = listen_on_loopback(port);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) throw Exhausted("the clients' process could not be made");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    live(load, server, port);
  }
  try {
    accept_all(listener.get(), load.connections, sockets);
  } catch (...) {
    reap();
    throw;
  }
}

Clients::~Clients() { reap(); }

// The life of the other process. It leaves without destructors, which are the parent's to run.
void Clients::live(const Load& load, std::span<const int> server, std::uint16_t port) {
  try {
    const std::vector<int> others = cpus_beside(server);
    restrict_to(others.empty() ? cpus_at_start : others);
    prctl(PR_SET_TIMERSLACK, 1);
    Generator generator(load, port);
    std::uint64_t opened;
    while (read(gate_.get(), &opened, sizeof opened) < 0 && errno == EINTR) {
    }
    generator.run(said_->report, !others.empty());
    _exit(0);
  } catch (const std::exception& error) {
    std::strncpy(said_->failure, error.what(), sizeof said_->failure - 1);
    _exit(1);
  }
}

void Clients::accept_all(int listener, std::uint64_t connections, Sockets sockets) {
  const int flags = SOCK_CLOEXEC | (sockets == Sockets::non_blocking ? SOCK_NONBLOCK : 0);
  sockets_.reserve(connections);
  while (sockets_.size() < connections) {
    pollfd ready{.fd = listener, .events = POLLIN, .revents = 0};
    constexpr int patience_ms = 100;  // then it looks whether anybody is still there to connect
    if (poll(&ready, 1, patience_ms) <= 0) {
      siginfo_t ended{};
      waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (ended.si_pid != 0) tell_why();
      continue;
    }
    sockets_.emplace_back(accept4(listener, nullptr, nullptr, flags), "accepting a connection");
    const int on = 1;
    setsockopt(sockets_.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

void Clients::go() {
  const std::uint64_t open = 1;
  if (write(gate_.get(), &open, sizeof open) != sizeof open) {
    throw std::system_error(errno, std::generic_category(), "starting the clients");
  }
}

void Clients::finish(Probe* probe) {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  const LoadReport& report = said_->report;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || report.answered != requests_) tell_why();
  if (probe == nullptr) return;
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) {
    if (report.latency[i] > 0) probe->latency.add_many(i, report.latency[i]);
  }
  probe->add(Measure::load_latency_ns, report.latency_ns);
  probe->add(Measure::load_late_ns, report.late_ns);
}

void Clients::reap() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

void Clients::tell_why() const {
  const std::string why = said_->failure;
  throw std::runtime_error("the clients failed: " +
                           (why.empty() ? std::string("their process was ended") : why));
}

}  // namespace concbench::os
