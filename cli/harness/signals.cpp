#include "cli/harness/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace concbench {
namespace {

int descriptor = -1;
int caught = 0;

}  // namespace

void catch_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int signal_fd() { return descriptor; }

int caught_signal() {
  signalfd_siginfo info;
  if (descriptor >= 0 && read(descriptor, &info, sizeof info) == sizeof info) {
    caught = static_cast<int>(info.ssi_signo);
  }
  return caught;
}

}  // namespace concbench
