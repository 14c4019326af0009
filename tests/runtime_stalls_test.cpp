// Looks for wake-ups that get lost: hand-offs, messages, timers and joins on 1 to 16 workers, while
// signals stop a worker picked by chance, at any instruction, for up to some tenths of a
// millisecond. A watchdog ends the test if nothing has gone on for a second of CPU time that the
// program could have had, and shows where every thread is.
//
//   CONCBENCH_STALLS=10000000 CONCBENCH_SEED=7 runtime_stalls_test
//
// makes so many hand-offs per model instead of a million, in the same disorder.
#include <execinfo.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "models/runtime/sanitizers.hpp"
#include "tests/workers.hpp"
#include "workloads/workloads.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)

namespace concbench {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

const std::uint64_t seed = number_from("CONCBENCH_SEED", std::random_device{}());
const std::uint64_t hand_offs = number_from("CONCBENCH_STALLS", 1'000'000);

std::vector<pid_t> threads() {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    found.push_back(std::stoi(entry.path().filename()));
  }
  return found;
}
void send(pid_t thread, int signal) { syscall(SYS_tgkill, getpid(), thread, signal); }

// ---- Where threads are stopped

constexpr int stop = SIGUSR1, show = SIGUSR2;
std::atomic<std::uint64_t> stops;

void stop_for_a_while(int) {
  const int error = errno;
  const std::uint64_t number = stops.fetch_add(1) * 0x9E3779B97F4A7C15u;
  const timespec pause{0, static_cast<long>(number >> 46)};  // to 0.26 ms
  if (number >> 45 & 1) {
    nanosleep(&pause, nullptr);
  } else {
    sched_yield();
  }
  errno = error;
}

void show_stack(int) {
  const int error = errno;
  void* frames[64];
  backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
  errno = error;
}

// Alternate stacks are not needed: a handler's frame and backtrace fit below a fiber's.
void handle(int signal, void (*by)(int)) {
  struct sigaction action {};
  action.sa_handler = by;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

// ---- Disorder, and who watches

class Disorder {
 public:
  Disorder() {
    void* frame;
    backtrace(&frame, 1);  // loads what it needs, which a handler must not
    handle(stop, stop_for_a_while);
    handle(show, show_stack);
    disturber_ = std::jthread([this](const std::stop_token& end) { disturb(end); });
    watchdog_ = std::jthread([this](const std::stop_token& end) { watch(end); });
  }

  void progressed() { rounds_.fetch_add(1, std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void disturb(const std::stop_token& end) {
    std::mt19937_64 random(seed);
    while (!end.stop_requested()) {
      const std::vector<pid_t> all = threads();
      for (int i = 0; i < 20; ++i) {
        const pid_t thread = all[random() % all.size()];
        if (thread != own_id() && thread != watchdog_id_) send(thread, stop);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 100));
      }
    }
  }

  void watch(const std::stop_token& end) {
    watchdog_id_ = own_id();
    std::uint64_t seen = rounds_;
    auto since = Clock::now();
    while (!end.stop_requested()) {
      // Only time in which this thread itself gets the CPU counts: on a machine that others use,
      // nobody may go on for long.
      const auto before = Clock::now();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      const auto late = Clock::now() - before - std::chrono::milliseconds(10);
      if (late > std::chrono::milliseconds(10)) since += late;
      if (const std::uint64_t now = rounds_; now != seen) {
        seen = now;
        since = Clock::now();
      } else if (Clock::now() - since > most_) {
        give_up();
      }
    }
  }
  [[noreturn]] void give_up() const {
    std::fprintf(stderr, "nothing went on for a second; CONCBENCH_SEED=%llu; all threads:\n",
                 static_cast<unsigned long long>(seed));
    for (const pid_t thread : threads()) {
      std::fprintf(stderr, "thread %d\n", thread);
      send(thread, show);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::_Exit(1);
  }
  static pid_t own_id() { return static_cast<pid_t>(syscall(SYS_gettid)); }

  static constexpr std::chrono::seconds most_{1};
  std::atomic<std::uint64_t> rounds_{0};
  std::atomic<pid_t> watchdog_id_{0};
  std::jthread disturber_, watchdog_;
};

// ---- What goes on meanwhile

template <class M>
class Stalls : public testing::Test {
 protected:
  // If the model has a verb for it: a task of the pool cannot wait.
  template <class K>
  void expect_right(M& model, const K& kernel) {
    if constexpr (requires(Stopwatch clock) { perform(model, kernel, clock); }) {
      Stopwatch clock;
      EXPECT_EQ(perform(model, kernel, clock).answer, kernel.expected());
      disorder_.progressed();
    }
  }

 private:
  Disorder disorder_;
};
using AllModels = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(Stalls, AllModels);

// Rounds so short that each is over in some milliseconds, if nobody waits for nothing.
TYPED_TEST(Stalls, AreNotToBeFound) {
  PingPong hand_off;
  hand_off.hop_count = 500;
  Mpmc messages;
  messages.message_count = 500;
  Fib tree;
  tree.n = 12;
  Spawn fan;
  fan.n = 200;
  Sleepers times;
  times.n = 50;
  times.first_us = 10;
  times.span_us = 500;
  std::cout << "CONCBENCH_SEED=" << seed << "\n";
  const std::uint64_t rounds = hand_offs / 1'000 / 5 + 1;
  for (const std::size_t workers : {1, 2, 3, 8, 16}) {
    TypeParam model(setup_of(workers));
    for (std::uint64_t round = 0; round < rounds; ++round) {
      this->expect_right(model, hand_off);
      this->expect_right(model, messages);
      this->expect_right(model, tree);
      this->expect_right(model, fan);
      this->expect_right(model, times);
    }
  }
  std::cout << rounds * 5 * 1'000 << " hand-offs and messages, " << stops << " stops\n";
}

}  // namespace
}  // namespace concbench

#endif
