#include "models/os/children.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include "models/machine/system_file.hpp"
#include "models/os/shortage.hpp"

namespace concbench::os {
namespace {

bool ended_well(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

// Never returns into the parent's code: an exception ends the child as a signal would. _exit runs
// neither destructors nor atexit handlers, which are the parent's to run.
[[noreturn]] void live(const std::function<void()>& body, pid_t parent) noexcept {
  // Children die with their parent, and so does the whole tree, level by level. The parent may have
  // died before this was asked for: then this process has been given a new one.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  body();
  _exit(0);
}

int wait_for(pid_t who, pid_t& ended) {
  int status = 0;
  while ((ended = waitpid(who, &status, 0)) < 0 && errno == EINTR) {
  }
  return status;
}

std::size_t thread_count() { return names_in("/proc/self/task").size(); }

}  // namespace

void Trouble::raise() const {
  if (fork_error_ != 0) throw Exhausted(shortage("process", fork_error_));
  const int status = bad_status_;
  if (status == 0) return;
  throw std::runtime_error(
      WIFSIGNALED(status)
          ? "the process of a task was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                strsignal(WTERMSIG(status)) + ")"
          : "the process of a task ended with exit status " + std::to_string(WEXITSTATUS(status)));
}

Children::Children(std::size_t most, Bond bond, Trouble& trouble)
    : parent_(getpid()), bond_(bond), trouble_(trouble) {
  pids_.reserve(most);
}

Children::~Children() {
  for (const pid_t pid : pids_) kill(pid, SIGKILL);
  reap();
}

bool Children::start(const std::function<void()>& body) {
  const pid_t pid = fork();
  if (pid == 0) live(body, parent_);
  if (pid < 0) {
    trouble_.fork_failed(errno);
    return false;
  }
  pids_.push_back(pid);
  // The group bears the first child's number, which stays taken until that child is reaped.
  if (bond_ == Bond::mutual) setpgid(pid, pids_.front());
  return true;
}

void Children::reap() {
  if (bond_ == Bond::mutual) {
    reap_mutual();
  } else {
    reap_in_order();
  }
  pids_.clear();
}

void Children::reap_in_order() {
  for (const pid_t pid : pids_) {
    pid_t ended;
    const int status = wait_for(pid, ended);
    if (!ended_well(status)) trouble_.died(status);
  }
}

void Children::reap_mutual() {
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    pid_t ended;
    const int status = wait_for(-pids_.front(), ended);
    if (ended_well(status)) continue;
    // Those killed here follow with the status of a kill; the first death is the one to tell of.
    if (!trouble_.happened()) trouble_.died(status);
    kill(-pids_.front(), SIGKILL);
  }
}

bool Children::any_ended() const {
  siginfo_t info{};
  return waitid(P_PGID, static_cast<id_t>(pids_.front()), &info, WEXITED | WNOHANG | WNOWAIT) ==
             0 &&
         info.si_pid != 0;
}

void require_single_thread() {
  // A thread that has just been joined may be listed for a moment longer.
  for (int tries = 0; thread_count() > 1; ++tries) {
    if (tries == 100) {
      throw std::logic_error("the processes model forks, and this process has " +
                             std::to_string(thread_count()) + " threads: it must have one");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace concbench::os
