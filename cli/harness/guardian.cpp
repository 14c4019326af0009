#include "cli/harness/guardian.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "cli/harness/children.hpp"
#include "reports/result/descriptor.hpp"

namespace concbench::guardian {
namespace {

// A group's number to guard it, the number below 0 to release it.
using Message = pid_t;

// Lives until the other end of the pipe is closed, which the kernel does whatever ends its owner.
[[noreturn]] void keep_watch(int messages) {
  setsid();  // what a terminal sends to its foreground is not for the guardian
  prctl(PR_SET_NAME, "concbench-guard");
  if (messages != STDIN_FILENO) dup2(messages, STDIN_FILENO);
  close_range(STDIN_FILENO + 1, ~0U, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  std::set<pid_t> groups;
  for (Message message; read(STDIN_FILENO, &message, sizeof message) == sizeof message;) {
    if (message > 0) {
      groups.insert(message);
    } else {
      groups.erase(-message);
    }
  }
  for (const pid_t group : groups) kill(-group, SIGKILL);
  _exit(0);
}

// The pipe to the guardian; -1 where there can be none.
int start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const pid_t guardian = fork();
  if (guardian == 0) keep_watch(ends[0]);
  close(ends[0]);
  if (guardian < 0) {
    close(ends[1]);
    return -1;
  }
  children::watch(guardian);
  return ends[1];
}

void tell(Message message) {
  static const Descriptor guardian(start());
  guardian.write({reinterpret_cast<const char*>(&message), sizeof message});
}

}  // namespace

void guard(pid_t group) { tell(group); }
void release(pid_t group) { tell(-group); }

}  // namespace concbench::guardian
