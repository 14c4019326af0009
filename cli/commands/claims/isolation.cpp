#include "cli/commands/claims/isolation.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/os/shared.hpp"

namespace concbench::claims {
namespace {

// A crash that leaves no core file and no word.
[[noreturn]] void crash() {
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  _exit(1);
}

pid_t start(const auto& body) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    body();
    _exit(0);
  }
  return child;
}

void await(pid_t child) { waitpid(child, nullptr, 0); }

}  // namespace

// Each survivor says so after the crash, in memory that all share for that purpose.
int processes_that_survive_a_crash(int others) {
  const os::Shared<std::atomic<int>> crashed(1, 0), alive(1, 0);
  std::vector<pid_t> children;
  for (int i = 0; i < others; ++i) {
    children.push_back(start([&] {
      while (*crashed == 0) usleep(1'000);
      ++*alive;
    }));
  }
  await(start([] { crash(); }));
  *crashed = 1;
  for (const pid_t child : children) await(child);
  return *alive;
}

int threads_that_survive_a_crash(int others) {
  const os::Shared<std::atomic<int>> crashed(1, 0), alive(1, 0);
  const pid_t process = start([&] {
    std::latch running(others);
    std::vector<std::thread> threads;
    for (int i = 0; i < others; ++i) {
      threads.emplace_back([&] {
        running.count_down();
        while (*crashed == 0) usleep(1'000);
        ++*alive;
      });
    }
    running.wait();
    std::thread([] { crash(); }).join();
    for (std::thread& thread : threads) thread.join();
  });
  // The process as a whole ends by the crash; a thread that lived on would still be in it.
  int status = 0;
  const bool gone = waitpid(process, &status, 0) == process && WIFSIGNALED(status);
  *crashed = 1;
  if (!gone) await(process);
  return *alive;
}

bool processes_see_writes() {
  const auto value = std::make_unique<std::atomic<int>>(0);
  await(start([&] { *value = 1; }));
  return *value == 1;
}

bool threads_see_writes() {
  const auto value = std::make_unique<std::atomic<int>>(0);
  std::thread([&] { *value = 1; }).join();
  return *value == 1;
}

}  // namespace concbench::claims
