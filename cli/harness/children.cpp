#include "cli/harness/children.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <set>
#include <sstream>
#include <vector>

#include "models/machine/system_file.hpp"

namespace concbench::children {
namespace {

std::set<pid_t> watched;
// Whoever became concbench by exec may have had children, which are none of ours.
std::set<pid_t> inherited;

// Where the kernel does not list them, all processes are looked at.
std::vector<pid_t> children() {
  const pid_t self = getpid();
  std::vector<pid_t> found;
  if (const auto list = read_text(fmt::format("/proc/self/task/{}/children", self))) {
    std::istringstream numbers(*list);
    for (pid_t pid; numbers >> pid;) found.push_back(pid);
    return found;
  }
  for (const std::string& name : names_in("/proc")) {
    const auto pid = leading_number(name);
    if (pid && read_entry(fmt::format("/proc/{}/status", name), "PPid") ==
                   static_cast<std::uint64_t>(self)) {
      found.push_back(static_cast<pid_t>(*pid));
    }
  }
  return found;
}

// What was left to us.
std::vector<pid_t> orphans() {
  std::vector<pid_t> found = children();
  std::erase_if(found, [](pid_t pid) { return watched.contains(pid) || inherited.contains(pid); });
  return found;
}

void await(pid_t who) {
  while (waitpid(who, nullptr, 0) > 0 || errno == EINTR) {
  }
}

int open_descriptor() {
  for (const pid_t pid : children()) inherited.insert(pid);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void reap_orphans() {
  signalfd_siginfo info;
  while (read(descriptor(), &info, sizeof info) > 0) {
  }
  for (const pid_t pid : orphans()) waitpid(pid, nullptr, WNOHANG);
}

}  // namespace

int descriptor() {
  static const int opened = open_descriptor();
  return opened;
}

void watch(pid_t child) { watched.insert(child); }

std::optional<End> ended(pid_t child) {
  reap_orphans();
  siginfo_t info{};
  const int done = waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
  if (done != 0 || info.si_pid != child) return {};
  return End{.by_signal = info.si_code != CLD_EXITED, .status = info.si_status};
}

void reap_group(pid_t leader) {
  watched.erase(leader);
  await(-leader);
}

// The children of one that is ended come to us in their turn.
void end_orphans() {
  for (std::vector<pid_t> left; !(left = orphans()).empty();) {
    for (const pid_t pid : left) kill(pid, SIGKILL);
    for (const pid_t pid : left) await(pid);
  }
}

}  // namespace concbench::children
