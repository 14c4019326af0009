#include "cli/commands/claims/process_costs.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>

#include "models/machine/system_file.hpp"
#include "models/stopwatch.hpp"

extern char** environ;

namespace concbench::claims {
namespace {

constexpr const char* program = "/bin/true";

// Runs `measure` in a forked child and returns the numbers that it hands over.
std::vector<double> in_child(const std::function<std::vector<double>()>& measure) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(ends[0]);
    int code = 1;
    try {
      for (const double value : measure()) {
        if (write(ends[1], &value, sizeof value) != sizeof value) _exit(1);
      }
      code = 0;
    } catch (...) {  // the exit code tells
    }
    _exit(code);
  }
  close(ends[1]);
  std::vector<double> values;
  for (double value; read(ends[0], &value, sizeof value) == sizeof value;) values.push_back(value);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0 || values.empty()) throw std::runtime_error("the measuring process failed");
  return values;
}

void await_success(pid_t child) {
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("a process failed to start or to exit cleanly");
  }
}

std::vector<double> timed(int times, const std::function<void()>& start_and_await) {
  return in_child([&] {
    std::vector<double> ns;
    for (int i = -3; i < times; ++i) {  // the first few warm it up
      const std::int64_t before = Stopwatch::now();
      start_and_await();
      if (i >= 0) ns.push_back(static_cast<double>(Stopwatch::now() - before));
    }
    return ns;
  });
}

// Memory that the process has, every page of it.
void* resident(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory");
  // Small pages, as a heap that has grown over time has them.
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  std::memset(memory, 1, bytes);
  return memory;
}

}  // namespace

std::vector<double> fork_ns(int times, std::size_t resident_bytes) {
  bool made = false;
  return timed(times, [&] {
    if (!made) resident(resident_bytes);  // given back when this child ends
    made = true;
    const pid_t child = fork();
    if (child == 0) _exit(0);
    await_success(child);
  });
}

std::vector<double> fork_exec_ns(int times) {
  return timed(times, [] {
    const pid_t child = fork();
    if (child == 0) {
      execl(program, program, nullptr);
      _exit(1);
    }
    await_success(child);
  });
}

std::vector<double> posix_spawn_ns(int times) {
  return timed(times, [] {
    char* const arguments[] = {const_cast<char*>(program), nullptr};
    pid_t child = -1;
    if (posix_spawn(&child, program, nullptr, nullptr, arguments, environ) != 0) child = -1;
    await_success(child);
  });
}

double threads_virtual_bytes(int threads) {
  return in_child([threads] {
           const auto size = [] {
             return static_cast<double>(read_entry("/proc/self/status", "VmSize").value()) * 1024;
           };
           const double before = size();
           std::latch done(1);
           std::vector<std::thread> crew;
           for (int i = 0; i < threads; ++i) crew.emplace_back([&] { done.wait(); });
           const double grown = size() - before;
           done.count_down();
           for (std::thread& thread : crew) thread.join();
           return std::vector<double>{grown};
         })
      .front();
}

}  // namespace concbench::claims
