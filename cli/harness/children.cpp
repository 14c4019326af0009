#include "cli/harness/children.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <sstream>
#include <vector>

#include "models/machine/system_file.hpp"

namespace concbench::children {
namespace {

// The watched, with how they ended.
std::map<pid_t, std::optional<int>> known;

int open_descriptor() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void reap() {
  signalfd_siginfo info;
  while (read(descriptor(), &info, sizeof info) > 0) {
  }
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (const auto found = known.find(pid); found != known.end()) found->second = status;
  }
}

// Those that are there and not watched. Where the kernel does not list children, all processes are
// looked at.
std::vector<pid_t> strays() {
  const pid_t self = getpid();
  std::vector<pid_t> found;
  const auto add = [&](pid_t pid) {
    if (!known.contains(pid)) found.push_back(pid);
  };
  if (const auto list = read_text(fmt::format("/proc/self/task/{}/children", self))) {
    std::istringstream numbers(*list);
    for (pid_t pid; numbers >> pid;) add(pid);
    return found;
  }
  for (const std::string& name : names_in("/proc")) {
    const auto pid = leading_number(name);
    if (pid && read_entry(fmt::format("/proc/{}/status", name), "PPid") ==
                   static_cast<std::uint64_t>(self)) {
      add(static_cast<pid_t>(*pid));
    }
  }
  return found;
}

}  // namespace

int descriptor() {
  static const int opened = open_descriptor();
  return opened;
}

void watch(pid_t child) { known.try_emplace(child); }
void forget(pid_t child) { known.erase(child); }

std::optional<int> ended(pid_t child) {
  reap();
  const auto found = known.find(child);
  return found == known.end() ? std::nullopt : found->second;
}

// The children of one that is ended come to us in their turn.
void end_strays() {
  reap();
  for (std::vector<pid_t> left; !(left = strays()).empty();) {
    for (const pid_t pid : left) kill(pid, SIGKILL);
    for (const pid_t pid : left) {
      while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
}

}  // namespace concbench::children
