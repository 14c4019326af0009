// The models that the operating system provides: serial, threads and processes.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/model.hpp"
#include "models/os/channel.hpp"
#include "models/os/children.hpp"
#include "models/os/gate.hpp"
#include "models/os/participants.hpp"
#include "models/os/shared.hpp"
#include "models/os/shortage.hpp"
#include "models/os/turn.hpp"
#include "tests/os_variants.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

const Workload endless = PingPong{.hop_count = 1'000'000'000};

// --- Every pair --------------------------------------------------------------------------------

INSTANTIATE_TEST_SUITE_P(, OsModel,
                         testing::Values(Variant{&serial_model, ""},
                                         Variant{&threads_model, "futex"},
                                         Variant{&threads_model, "condvar"},
                                         Variant{&processes_model, "futex"},
                                         Variant{&processes_model, "pipe"}),
                         name_of_variant);

TEST_P(OsModel, AnswersEveryWorkloadAndCountsEveryOperation) {
  const Workload workloads[] = {
      Fib{.n = 0},
      Fib{.n = 7},
      Skynet{.leaves = 1, .branching = 10},
      Skynet{.leaves = 27, .branching = 3},
      NQueens{.n = 4},
      Spawn{.n = 1},
      Spawn{.n = 50},
      PingPong{.hop_count = 1},
      PingPong{.hop_count = 101},
      PingPong{.hop_count = 100, .placed = 1},
      Ring{.task_count = 7, .hop_count = 3},
      Ring{.task_count = 7, .hop_count = 100},
      Mpmc{{.senders = 1, .receivers = 1, .slots = 1, .message_count = 100}},
      Mpmc{{.senders = 1, .receivers = 5, .slots = 4, .message_count = 3}},
      Mpmc{{.senders = 5, .receivers = 2, .slots = 2, .message_count = 501}},
      Mpmc{{.senders = 3, .receivers = 3, .slots = 64, .message_count = 5000}},
      Yield{.task_count = 5, .yield_count = 20},
  };
  const auto instance = start();
  Stopwatch clock;
  for (const Workload& workload : workloads) {
    if (!GetParam().model->no_pair(workload).empty()) continue;
    SCOPED_TRACE(about(workload).name);
    const std::int64_t before = Stopwatch::now();
    const Outcome outcome = instance->run(workload, clock);
    const std::int64_t elapsed = Stopwatch::now() - before;
    clock.settle();
    EXPECT_EQ(outcome.answer, expected(workload));
    EXPECT_EQ(outcome.ops, demand(workload).ops);
    EXPECT_GT(clock.last_wall_ns(), 0);
    EXPECT_LT(clock.last_wall_ns(), elapsed);
  }
}

TEST_P(OsModel, LeavesNothingBehind) {
  const std::vector<int> cpus = os::allowed_cpus();
  const std::ptrdiff_t descriptors = open_descriptors();
  {
    const auto instance = start();
    Stopwatch clock;
    for (const Workload& workload :
         {Workload(Fib{.n = 5}), Workload(Spawn{.n = 9}), Workload(PingPong{.hop_count = 9}),
          Workload(Mpmc{{.message_count = 9}}),
          Workload(Yield{.task_count = 3, .yield_count = 2})}) {
      if (GetParam().model->no_pair(workload).empty()) instance->run(workload, clock);
    }
    EXPECT_TRUE(childless());
  }
  EXPECT_EQ(os::allowed_cpus(), cpus);
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_P(OsModel, UsesItsCpusOnlyAndGivesTheOthersBack) {
  const std::vector<int> before = os::allowed_cpus();
  auto setup = setup_of(GetParam());
  setup.cpus = {before.back()};
  {
    const auto instance = GetParam().model->start(setup);
    Stopwatch clock;
    instance->run(Fib{.n = 5}, clock);
    instance->run(Spawn{.n = 20}, clock);
    const auto workers = instance->workers();
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_EQ(workers[0].cpu, before.back());
    EXPECT_EQ(workers[0].observed, setup.cpus);
    EXPECT_EQ(workers[0].migrations, 0u);
  }
  EXPECT_EQ(os::allowed_cpus(), before);
}

TEST_P(OsModel, ReportsOnlyCpusOfItsSet) {
  const std::vector<int> cpus = os::allowed_cpus();
  const auto instance = start();
  Stopwatch clock;
  EXPECT_TRUE(instance->workers()[0].observed.empty());
  instance->run(Spawn{.n = 50}, clock);
  const WorkerReport report = instance->workers()[0];
  EXPECT_FALSE(report.observed.empty());
  EXPECT_TRUE(
      std::includes(cpus.begin(), cpus.end(), report.observed.begin(), report.observed.end()));
  const bool one_cpu = cpus.size() == 1 || GetParam().model == &serial_model;
  EXPECT_EQ(report.cpu, one_cpu ? cpus.front() : -1);
}

TEST_P(OsModel, RefusesACpuThatDoesNotExist) {
  auto setup = setup_of(GetParam());
  setup.cpus = {os::max_cpus - 1};
  EXPECT_THROW(GetParam().model->start(setup), std::system_error);
}

TEST(Restricted, IsAllOrNothing) {
  const std::vector<int> before = os::allowed_cpus();
  {
    const os::Restricted restored(before);
    const int partly[] = {before.front(), os::max_cpus - 1};
    EXPECT_THROW(os::restrict_to(partly), std::system_error);
    const int twice[] = {before.back(), before.back()};
    EXPECT_NO_THROW(os::restrict_to(twice));
    EXPECT_EQ(os::allowed_cpus(), std::vector<int>{before.back()});
  }
  EXPECT_EQ(os::allowed_cpus(), before);
}

// --- Serial ------------------------------------------------------------------------------------

TEST(Serial, SaysWhyItsTasksCannotWait) {
  for (const Workload& workload : {Workload(PingPong{}), Workload(Mpmc{}), Workload(Yield{})}) {
    EXPECT_EQ(serial_model.no_pair(workload), "one task cannot wait for another");
  }
  EXPECT_EQ(serial_model.no_pair(Fib{}), "");
  EXPECT_EQ(serial_model.no_pair(Spawn{}), "");
}

// --- Threads and processes ---------------------------------------------------------------------

class WaitingModel : public OsModel {};

INSTANTIATE_TEST_SUITE_P(, WaitingModel,
                         testing::Values(Variant{&threads_model, "futex"},
                                         Variant{&threads_model, "condvar"},
                                         Variant{&processes_model, "futex"},
                                         Variant{&processes_model, "pipe"}),
                         name_of_variant);

TEST_P(WaitingModel, KeepsTheParticipantsOfOnePlaceOnOneCpu) {
  const auto instance = start();
  Stopwatch clock;
  instance->run(PingPong{.hop_count = 100, .placed = static_cast<std::int64_t>(Place::same)},
                clock);
  EXPECT_EQ(instance->workers()[0].observed.size(), 1u);
  EXPECT_EQ(instance->workers()[0].migrations, 0u);
}

TEST_P(WaitingModel, PutsNeighboursOnDifferentCpusOrSaysWhyNot) {
  const PingPong across{.hop_count = 101, .placed = static_cast<std::int64_t>(Place::cross)};
  const auto instance = start();
  Stopwatch clock;
  if (os::allowed_cpus().size() < 2) {
    EXPECT_THROW(instance->run(across, clock), Exhausted);
    return;
  }
  EXPECT_EQ(instance->run(across, clock).answer, across.expected());
  EXPECT_EQ(instance->workers()[0].observed.size(), 2u);
  EXPECT_EQ(instance->workers()[0].migrations, 0u);
}

TEST_P(WaitingModel, CannotPutNeighboursOnDifferentCpusOfOne) {
  auto setup = setup_of(GetParam());
  setup.cpus = {os::allowed_cpus().front()};
  const auto instance = GetParam().model->start(setup);
  Stopwatch clock;
  try {
    instance->run(PingPong{.placed = static_cast<std::int64_t>(Place::cross)}, clock);
    FAIL() << "ran";
  } catch (const Exhausted& why) {
    EXPECT_STREQ(why.what(),
                 "neighbours in a ring of 2 cannot live on different CPUs: this run has 1");
  }
  EXPECT_EQ(instance->run(PingPong{.hop_count = 9}, clock).ops, 9u);
}

TEST_P(WaitingModel, RefusesMoreTasksThanTheLimitsLeaveRoomFor) {
  const auto setup = setup_of(GetParam());
  const std::string things = GetParam().model == &threads_model ? "threads" : "processes";
  const Limits limits{{"pid_max", 32'424},
                      {"vm.max_map_count", 65'000},
                      {"RLIMIT_NOFILE", 1'000},
                      {"free memory", std::uint64_t{1} << 30},
                      8 << 20};
  const auto refusal = [&](std::uint64_t alive) {
    return GetParam().model->refusal({Shape::fork_join, {alive, alive}, setup, limits});
  };
  EXPECT_EQ(refusal(1'111'111),
            "1,111,111 " + things + " could be alive at once; pid_max leaves room for 32,424");
  EXPECT_EQ(refusal(32'425),
            "32,425 " + things + " could be alive at once; pid_max leaves room for 32,424");
  EXPECT_EQ(refusal(32'424), "");
}

TEST_P(WaitingModel, RefusesMoreTasksThanMemoryHolds) {
  const auto setup = setup_of(GetParam());
  const Limits limits{{"pid_max", 1'000'000},
                      {"vm.max_map_count", 10'000'000},
                      {"RLIMIT_NOFILE", 1'000'000},
                      {"cgroup memory.max", 1'000'000},
                      8 << 20};
  const auto refusal = [&](std::uint64_t alive) {
    return GetParam().model->refusal({Shape::yield, {alive, alive}, setup, limits});
  };
  const std::uint64_t most = 1'000'000 / os::least_task_bytes();
  EXPECT_EQ(refusal(most), "");
  EXPECT_NE(refusal(most + 1).find("; cgroup memory.max leaves 1,000,000"), std::string::npos)
      << refusal(most + 1);
}

TEST(Threads, AreRefusedWhenTheirStacksTakeMoreMappingsThanThereAre) {
  const concbench::Setup setup{{0}, {{"wait", "futex"}}};
  const Limits limits{{"pid_max", 4'000'000},
                      {"vm.max_map_count", 65'530},
                      {"", 0},
                      {"", std::uint64_t{1} << 50},
                      8 << 20};
  EXPECT_EQ(threads_model.refusal({Shape::fan_out, {32'766, 32'766}, setup, limits}),
            "32,766 threads could be alive at once, whose stacks take two memory mappings each; "
            "vm.max_map_count leaves room for 65,530");
  EXPECT_EQ(threads_model.refusal({Shape::fan_out, {32'765, 32'765}, setup, limits}), "");
}

TEST(Processes, AreRefusedWhenTheirPipesTakeMoreDescriptorsThanThereAre) {
  concbench::Setup setup{{0}, {{"wait", "pipe"}}};
  const Limits limits{
      {"pid_max", 32'000}, {"", 0}, {"RLIMIT_NOFILE", 1'000}, {"", std::uint64_t{1} << 50}, 0};
  EXPECT_EQ(processes_model.refusal({Shape::hand_off, {10'000, 1'000}, setup, limits}),
            "1,000 processes with a pipe each take two descriptors for it; RLIMIT_NOFILE leaves "
            "room for 1,000");
  EXPECT_EQ(processes_model.refusal({Shape::hand_off, {10'000, 500}, setup, limits}), "");
  EXPECT_EQ(processes_model.refusal({Shape::yield, {10'000, 1'000}, setup, limits}), "");
  setup.options["wait"] = "futex";
  EXPECT_EQ(processes_model.refusal({Shape::hand_off, {10'000, 1'000}, setup, limits}), "");
}

// RLIMIT_NPROC counts the tasks of a user, and does not bind root: the child takes a number that
// nobody has.
bool become_a_user_with_room_for(rlim_t tasks) {
  const rlimit limit{tasks, tasks};
  if (geteuid() == 0 && setresuid(54321, 54321, 54321) != 0) return false;
  return setrlimit(RLIMIT_NPROC, &limit) == 0;
}

TEST_P(WaitingModel, ThrowsWhenTheMachineRefusesATaskAndJoinsTheOthers) {
  constexpr int cannot_tell = 9;
  // Each needs more tasks at once than there is room for: a chain of parents that wait for their
  // children, or participants at the gate. Independent tasks may end at once: no room for any.
  const struct {
    Workload workload;
    rlim_t room;
  } cases[] = {
      {Fib{.n = 9}, 6},
      {Skynet{.leaves = 256, .branching = 2}, 6},
      {Spawn{.n = 50}, 1},
      {Ring{.task_count = 50}, 6},
      {Mpmc{{.senders = 30, .receivers = 30}}, 6},
      {Yield{.task_count = 50}, 6},
  };
  for (const auto& [workload, room] : cases) {
    SCOPED_TRACE(about(workload).name);
    const int status = in_a_child([&, &workload = workload, &room = room] {
      const std::ptrdiff_t threads = entries("/proc/self/task");
      const auto instance = start();
      Stopwatch clock;
      if (!become_a_user_with_room_for(room)) return cannot_tell;
      try {
        instance->run(workload, clock);
        return 1;
      } catch (const Exhausted& why) {
        if (std::string(why.what()).find("(Resource temporarily unavailable); ") ==
            std::string::npos) {
          return 2;
        }
      }
      // A thread that was joined may be listed for a moment longer.
      for (int tries = 0; entries("/proc/self/task") > threads; ++tries) {
        if (tries == 1000) return 3;
        usleep(1000);
      }
      return childless() ? 0 : 4;
    });
    if (status == cannot_tell) GTEST_SKIP() << "may not change its user";
    EXPECT_EQ(status, 0);
  }
}

TEST_P(WaitingModel, StartsTheClockOnceAllAreMade) {
  // Making 60 participants takes far longer than a single hop of them.
  const auto instance = start();
  Stopwatch clock;
  std::int64_t timed = 0, all = 0;
  for (int i = 0; i < 5; ++i) {
    const std::int64_t before = Stopwatch::now();
    instance->run(Mpmc{{.senders = 30, .receivers = 30, .slots = 64, .message_count = 1}}, clock);
    all += Stopwatch::now() - before;
    clock.settle();
    timed += clock.last_wall_ns();
  }
  EXPECT_LT(timed, all / 2 + all / 4);
}

// --- Processes ---------------------------------------------------------------------------------

class ProcessesModel : public OsModel {};

INSTANTIATE_TEST_SUITE_P(, ProcessesModel,
                         testing::Values(Variant{&processes_model, "futex"},
                                         Variant{&processes_model, "pipe"}),
                         name_of_variant);

TEST_P(ProcessesModel, RefusesToForkFromAProcessWithThreads) {
  std::jthread other([](const std::stop_token& stop) {
    while (!stop.stop_requested()) usleep(1000);
  });
  EXPECT_THROW(start(), std::logic_error);
}

TEST_P(ProcessesModel, ThrowsWhenAParticipantDiesAndReapsTheRest) {
  const int status = in_a_child([&] {
    const pid_t worker = getpid();
    const pid_t killer = fork();
    if (killer == 0) {
      for (const pid_t child : await_children(worker, 3)) {
        if (child != getpid()) {
          kill(child, SIGKILL);
          break;
        }
      }
      _exit(0);
    }
    const auto instance = start();
    Stopwatch clock;
    std::string said;
    try {
      instance->run(endless, clock);
    } catch (const std::runtime_error& why) {
      said = why.what();
    }
    waitpid(killer, nullptr, 0);
    if (said != "the process of a task was ended by signal 9 (Killed)") return 1;
    return childless() ? 0 : 2;
  });
  EXPECT_EQ(status, 0);
}

TEST_P(ProcessesModel, LeavesNoOrphansWhenItsWorkerIsKilled) {
  // Orphans become children of this process, which can then see how they ended.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const pid_t worker = fork();
  if (worker == 0) {
    const auto instance = start();
    Stopwatch clock;
    instance->run(endless, clock);
    _exit(0);
  }
  const std::vector<pid_t> tasks = await_children(worker, 2);
  kill(worker, SIGKILL);
  for (const pid_t pid : {worker, tasks[0], tasks[1]}) {
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_NE(status, 0);  // killed, or left by itself on finding that its parent had gone
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_P(ProcessesModel, SeesItsChildrenEndWhereSigchldWasIgnored) {
  const int status = in_a_child([&] {
    signal(SIGCHLD, SIG_IGN);
    const auto instance = start();
    os::Trouble trouble;
    os::Children children(1, os::Children::Bond::none, trouble);
    children.start([] { _exit(3); });
    children.reap();
    return trouble.happened() ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
}

TEST_P(ProcessesModel, RunsNoExitHandlersInItsTasks) {
  const os::Shared<std::atomic<int>> exits(1, 0);
  static std::atomic<int>* seen;
  seen = &*exits;
  const int status = in_a_child([&] {
    std::atexit([] { ++*seen; });
    const auto instance = start();
    Stopwatch clock;
    instance->run(Spawn{.n = 5}, clock);
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*exits, 0);
}

TEST(Processes, RefuseACapacityThatAPipeCannotHave) {
  if (has_tsan) GTEST_SKIP() << "ThreadSanitizer has a thread of its own";
  const concbench::Setup setup{{os::allowed_cpus().front()}, {{"wait", "pipe"}}};
  for (const std::uint64_t capacity : {0, 3, 100}) {
    const Demand demand{.ops = 10, .alive = 2, .capacity = capacity};
    EXPECT_NE(processes_model.refusal({Shape::channel, demand, setup, read_limits()})
                  .find("a pipe cannot hold exactly " + std::to_string(capacity)),
              std::string::npos);
  }
  const auto instance = processes_model.start(setup);
  Stopwatch clock;
  EXPECT_THROW(instance->run(Mpmc{{.slots = 100, .message_count = 10}}, clock), Exhausted);
}

class ChildrenTest : public testing::TestWithParam<os::Children::Bond> {
 protected:
  void SetUp() override {
    if (has_tsan) GTEST_SKIP() << "ThreadSanitizer has a thread of its own";
  }
  os::Shared<os::Trouble> trouble_{1};
};

INSTANTIATE_TEST_SUITE_P(, ChildrenTest,
                         testing::Values(os::Children::Bond::none, os::Children::Bond::mutual),
                         [](const auto& info) {
                           return info.param == os::Children::Bond::none ? "apart" : "together";
                         });

TEST_P(ChildrenTest, ThatEndWellAreNoTrouble) {
  os::Children children(3, GetParam(), *trouble_);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(children.start([] {}));
  children.reap();
  EXPECT_FALSE(trouble_->happened());
  EXPECT_NO_THROW(trouble_->raise());
  EXPECT_TRUE(childless());
}

TEST_P(ChildrenTest, ThatDieAreTroubleAndTheOthersAreReaped) {
  os::Children children(3, GetParam(), *trouble_);
  children.start([] {});
  children.start([] { raise(SIGTERM); });
  children.start([] {});
  children.reap();
  EXPECT_TRUE(childless());
  try {
    trouble_->raise();
    FAIL() << "no trouble";
  } catch (const std::runtime_error& why) {
    EXPECT_STREQ(why.what(), "the process of a task was ended by signal 15 (Terminated)");
  }
}

TEST_P(ChildrenTest, ThatEndWithAStatusAreTrouble) {
  os::Children children(1, GetParam(), *trouble_);
  children.start([] { _exit(3); });
  children.reap();
  try {
    trouble_->raise();
    FAIL() << "no trouble";
  } catch (const std::runtime_error& why) {
    EXPECT_STREQ(why.what(), "the process of a task ended with exit status 3");
  }
}

TEST_P(ChildrenTest, NeverReturnIntoTheParentsCode) {
  os::Children children(1, GetParam(), *trouble_);
  try {
    children.start([] {
      close(STDERR_FILENO);  // what std::terminate says is expected here
      signal(SIGABRT, SIG_DFL);
      throw std::runtime_error("a kernel that throws");
    });
  } catch (const std::runtime_error&) {
    _exit(0);  // in the child: then it would end well
  }
  children.reap();
  EXPECT_THROW(trouble_->raise(), std::runtime_error);
}

TEST_P(ChildrenTest, AreKilledWhenAnExceptionComesBetween) {
  try {
    os::Children children(1, GetParam(), *trouble_);
    children.start([] { pause(); });
    throw std::runtime_error("before they were reaped");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(childless());
}

TEST(Shared, MayHoldNothing) { EXPECT_TRUE(os::Shared<std::uint64_t>(0).all().empty()); }

TEST(Shared, MemoryThatCannotBeHadIsExhausted) {
  EXPECT_THROW(os::Shared<std::uint64_t>(std::size_t{1} << 58, 0), Exhausted);
}

}  // namespace
}  // namespace concbench
