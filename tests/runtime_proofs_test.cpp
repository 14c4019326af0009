// What is promised of the three models' fast paths, proved on the running code: one worker makes
// and ends tasks, hands over and yields without allocating and without the kernel, and forks
// without locked instructions. These are counts and not times, so no noise can hide a violation.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "models/coroutines.cpp"
#include "models/fibers.cpp"
#include "models/pool.cpp"
#include "workloads/workloads.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Every allocation of the program and its libraries, operator new among them, comes through here.
extern "C" {
void* __libc_malloc(std::size_t);
void* malloc(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}
}

namespace concbench {
namespace {

Setup one_worker() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &set)) ++cpu;
  return {{cpu}, {}};
}

template <class M>
class AnyModel : public testing::Test {};
using AllModels = testing::Types<pool::Pool, fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(AnyModel, AllModels);

template <class M>
class WaitingModel : public testing::Test {};
using WaitingModels = testing::Types<fibers::Fibers, coroutines::Coroutines>;
TYPED_TEST_SUITE(WaitingModel, WaitingModels);

// ---- No allocation

// How often a run allocates, once the worker has its stacks and frames.
template <class M, class K>
std::uint64_t allocations_of(const K& kernel) {
  M model(one_worker());
  Stopwatch clock;
  perform(model, kernel, clock);
  const std::uint64_t before = allocations;
  perform(model, kernel, clock);
  return allocations - before;
}

// What a run may allocate for itself; each of the kernels below has at least 10,000 operations.
constexpr std::uint64_t few = 20;

TEST(Allocations, AreCounted) {
  const std::uint64_t before = allocations;
  delete new int(static_cast<int>(before));
  std::free(std::malloc(before + 1));
  EXPECT_GE(allocations, before + 1);
}

TYPED_TEST(AnyModel, MakesTasksWithoutAllocating) {
  EXPECT_LE((allocations_of<TypeParam>(Fib{.n = 20})), few);
  EXPECT_LE((allocations_of<TypeParam>(Skynet{.leaves = 10'000})), few);
  EXPECT_LE((allocations_of<TypeParam>(Spawn{.n = 10'000})), few);
}

TYPED_TEST(WaitingModel, HandsOverAndYieldsWithoutAllocating) {
  EXPECT_LE((allocations_of<TypeParam>(PingPong{.hop_count = 10'000})), few);
  EXPECT_LE((allocations_of<TypeParam>(Mpmc{{.message_count = 10'000}})), few);
  EXPECT_LE((allocations_of<TypeParam>(Yield{.task_count = 4, .yield_count = 10'000})), few);
}

// ---- No system call

// Steps of a run, counted by kernels on their only worker. After the first thousand every system
// call kills the process; after the last the process ends with code 0.
struct Silence {
  static constexpr std::uint64_t first = 1'000, last = 100'000;
  static inline std::uint64_t steps = 0;

  static void step() {
    ++steps;
    if (steps == first) forbid_system_calls();
    if (steps == last) syscall(SYS_exit_group, 0);
  }

  // For this thread, but for the end of the process.
  static void forbid_system_calls() {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(filter), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      _exit(2);
    }
  }
};

struct SilentFib : Fib {
  static Result leaf(Node node) {
    Silence::step();
    return Fib::leaf(node);
  }
};
struct SilentSpawn : Spawn {
  static std::uint64_t body(std::uint64_t i) {
    Silence::step();
    return i;
  }
};
struct SilentRing : Ring {
  std::uint64_t pass(std::uint64_t token, std::uint64_t task) const {
    Silence::step();
    return Ring::pass(token, task);
  }
};
struct SilentMpmc : Mpmc {
  static std::uint64_t item(std::uint64_t i) {
    Silence::step();
    return Mpmc::item(i);
  }
};
struct SilentYield : Yield {
  std::uint64_t tick(std::uint64_t task) const {
    Silence::step();
    return Yield::tick(task);
  }
};
struct Loud : SilentSpawn {
  static std::uint64_t body(std::uint64_t i) {
    syscall(SYS_getppid);
    return SilentSpawn::body(i);
  }
};

template <class M, class K>
void run_once(const K& kernel) {
  M model(one_worker());
  Stopwatch clock;
  perform(model, kernel, clock);
}

// Each run would go on for longer than the steps that are watched.
TYPED_TEST(AnyModel, MakesTasksWithoutASystemCall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT((run_once<TypeParam>(SilentFib{{.n = 30}})), testing::ExitedWithCode(0), "");
  EXPECT_EXIT((run_once<TypeParam>(SilentSpawn{{.n = 200'000}})), testing::ExitedWithCode(0), "");
  EXPECT_EXIT((run_once<TypeParam>(Loud{{{.n = 200'000}}})), testing::KilledBySignal(SIGSYS), "");
}

TYPED_TEST(WaitingModel, HandsOverAndYieldsWithoutASystemCall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto silent = testing::ExitedWithCode(0);
  EXPECT_EXIT((run_once<TypeParam>(SilentRing{{.hop_count = 200'000}})), silent, "");
  EXPECT_EXIT((run_once<TypeParam>(SilentMpmc{{{.message_count = 200'000}}})), silent, "");
  EXPECT_EXIT((run_once<TypeParam>(SilentYield{{.task_count = 10, .yield_count = 20'000}})), silent,
              "");
}

// ---- No locked instruction

#if defined(__x86_64__)

// Whether it is atomic, and so pays for it: a lock prefix, or an exchange with memory, which needs
// no prefix.
bool locks(const std::uint8_t* instruction) {
  for (;; ++instruction) {
    switch (*instruction) {
      case 0xf0: return true;
      case 0x26:
      case 0x2e:
      case 0x36:
      case 0x3e:
      case 0x64:
      case 0x65:
      case 0x66:
      case 0x67:
      case 0xf2:
      case 0xf3: continue;
    }
    break;
  }
  if ((*instruction & 0xf0) == 0x40) ++instruction;  // REX
  const bool exchange = *instruction == 0x86 || *instruction == 0x87;
  return exchange && (instruction[1] & 0xc0) != 0xc0;
}

// A tree whose first leaf stops its thread for the tracer. What comes after is watched, until the
// last of `watched` leaves ends the process.
struct Watched : Fib {
  static constexpr std::uint64_t watched = 50;
  static inline std::uint64_t leaves = 0;
  static Result leaf(Node node) {
    if (leaves == 0) {
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(2);
      syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP);
    }
    if (++leaves == watched) syscall(SYS_exit_group, 0);
    return Fib::leaf(node);
  }
};
// The same with a lock in each leaf.
struct Locking : Watched {
  static Result leaf(Node node) {
    static std::atomic<std::uint64_t> all{0};
    all.fetch_add(1);
    return Watched::leaf(node);
  }
};

struct Walk {
  std::uint64_t instructions = 0, locked = 0;
  bool traced = false;
};

// Runs the tree in a child and follows its worker instruction by instruction.
template <class M, class K>
Walk walk() {
  Walk walk;
  const pid_t child = fork();
  if (child == 0) {
    K kernel;
    kernel.n = 20;
    run_once<M>(kernel);
    _exit(3);  // it did not stop
  }
  int status;
  pid_t thread = waitpid(-1, &status, __WALL);
  while (thread > 0 && WIFSTOPPED(status)) {
    walk.traced = true;
    user_regs_struct registers;
    ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
    std::uint8_t code[16] = {};
    const iovec here{code, sizeof code};
    const iovec there{reinterpret_cast<void*>(registers.rip), sizeof code};
    process_vm_readv(thread, &here, 1, &there, 1, 0);
    ++walk.instructions;
    walk.locked += locks(code);
    if (ptrace(PTRACE_SINGLESTEP, thread, nullptr, nullptr) != 0) break;
    thread = waitpid(thread, &status, __WALL);
  }
  while (waitpid(-1, &status, __WALL) > 0) {
  }
  return walk;
}

TYPED_TEST(AnyModel, ForksAndJoinsWithoutALockedInstruction) {
  const Walk quiet = walk<TypeParam, Watched>();
  if (!quiet.traced) GTEST_SKIP() << "this machine does not let a test trace its child";
  EXPECT_GT(quiet.instructions, 10 * Watched::watched);
  EXPECT_EQ(quiet.locked, 0u);
  EXPECT_GE((walk<TypeParam, Locking>().locked), Watched::watched - 1);
}

#endif

}  // namespace
}  // namespace concbench

#else

TEST(Proofs, NeedABuildWithoutSanitizers) {
  GTEST_SKIP() << "sanitizers allocate, lock and call the kernel on their own";
}

#endif
