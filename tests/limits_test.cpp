// Which bound stops first, on machines that differ in it.
#include "models/machine/limits.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <limits>

#include "tests/fake_machine.hpp"

namespace concbench {
namespace {

// A machine of 100 running tasks with generous limits; each test tightens one.
class MachineLimits : public FakeMachine {
 protected:
  MachineLimits() {
    write("/proc/loadavg", "0.10 0.20 0.30 2/100 4711\n");
    write("/proc/sys/kernel/pid_max", "4194304\n");
    write("/proc/sys/kernel/threads-max", "2000000\n");
    write("/proc/sys/vm/max_map_count", "65530\n");
    write("/proc/self/maps", "55d0-55d1 r--p\n55d1-55d2 r-xp\n7f00-7f01 rw-p\n");
    write("/proc/self/fd/0", "");
    write("/proc/self/fd/1", "");
    write("/proc/meminfo", "MemTotal:  16000000 kB\nMemAvailable:   8000000 kB\n");
    ulimits("unlimited", "1024", "8388608");
    user(1000, "0000000000000000");
  }

  void ulimits(const std::string& processes, const std::string& files, const std::string& stack) {
    write("/proc/self/limits",
          "Limit                     Soft Limit           Hard Limit           Units     \n"
          "Max stack size            " +
              stack +
              "              unlimited            bytes     \n"
              "Max processes             " +
              processes +
              "                 9999999        processes \n"
              "Max open files            " +
              files + "                 1048576              files     \n");
  }
  void user(int uid, const std::string& capabilities) {
    const std::string id = std::to_string(uid);
    write("/proc/self/status",
          "Name:\ttest\nUid:\t" + id + "\t0\t0\t0\nThreads:\t1\nCapEff:\t" + capabilities + "\n");
  }
  void process(int pid, int uid, int threads) {
    write("/proc/" + std::to_string(pid) + "/status", "Name:\tx\nUid:\t" + std::to_string(uid) +
                                                          "\t0\t0\t0\nThreads:\t" +
                                                          std::to_string(threads) + "\n");
  }
  void groups_of_version_2(const std::string& path) {
    write("/proc/self/cgroup", "0::" + path + "\n");
    write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  }
};

TEST_F(MachineLimits, OfTasksIsThreadsMaxWhereThatIsTightest) {
  const Limit tasks = read_limits(root).tasks;
  EXPECT_EQ(tasks.name, "kernel.threads-max");
  EXPECT_EQ(tasks.value, 2'000'000U - 100U - 64U);
}

TEST_F(MachineLimits, OfTasksIsPidMaxLessThePidsThatAreNotGivenOutAgain) {
  write("/proc/sys/kernel/pid_max", "32768\n");
  const Limit tasks = read_limits(root).tasks;
  EXPECT_EQ(tasks.name, "kernel.pid_max");
  EXPECT_EQ(tasks.value, 32768U - 300U - 100U - 64U);
}

TEST_F(MachineLimits, OfTasksIsTheTightestCgroupAmongTheAncestors) {
  groups_of_version_2("/user/session");
  write("/sys/fs/cgroup/user/session/pids.max", "max\n");
  write("/sys/fs/cgroup/user/session/pids.current", "5\n");
  write("/sys/fs/cgroup/user/pids.max", "100\n");
  write("/sys/fs/cgroup/user/pids.current", "20\n");
  const Limit tasks = read_limits(root).tasks;
  EXPECT_EQ(tasks.name, "cgroup pids.max");
  EXPECT_EQ(tasks.value, 70U);  // 80, an eighth of it kept free
}

TEST_F(MachineLimits, OfTasksReadsCgroupsOfVersion1) {
  write("/proc/self/cgroup", "8:pids:/job\n4:memory:/job\n");
  write("/proc/self/mountinfo",
        "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  write("/sys/fs/cgroup/pids/job/pids.max", "8000\n");
  write("/sys/fs/cgroup/pids/job/pids.current", "1000\n");
  write("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000000\n");
  write("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "700000\n");
  write("/sys/fs/cgroup/memory/job/memory.stat", "cache 1\ntotal_inactive_file 100000\n");
  const Limits limits = read_limits(root);
  EXPECT_EQ(limits.tasks.value, 7000U - 64U);
  EXPECT_EQ(limits.memory_bytes.name, "cgroup memory.max");
  EXPECT_EQ(limits.memory_bytes.value, 400'000U);
}

TEST_F(MachineLimits, OfTasksCountsThisUsersThreadsAgainstRlimitNproc) {
  ulimits("1000", "1024", "8388608");
  process(11, 1000, 30);
  process(12, 1000, 10);
  process(13, 0, 500);
  const Limit tasks = read_limits(root).tasks;
  EXPECT_EQ(tasks.name, "RLIMIT_NPROC");
  EXPECT_EQ(tasks.value, 960U - 64U);
}

TEST_F(MachineLimits, OfTasksIgnoresRlimitNprocForThePrivileged) {
  ulimits("1000", "1024", "8388608");
  user(0, "0000000000000000");
  EXPECT_EQ(read_limits(root).tasks.name, "kernel.threads-max");
  user(1000, "0000000001000000");  // CAP_SYS_RESOURCE
  EXPECT_EQ(read_limits(root).tasks.name, "kernel.threads-max");
  write("/proc/self/uid_map", "         0     100000      65536\n");  // root of a container only
  EXPECT_EQ(read_limits(root).tasks.name, "RLIMIT_NPROC");
}

TEST_F(MachineLimits, OfTasksIsNoNegativeNumberWhenThereAreTooMany) {
  write("/proc/sys/kernel/threads-max", "50\n");
  EXPECT_EQ(read_limits(root).tasks.value, 0U);
}

TEST_F(MachineLimits, OfMapsAndDescriptorsAreWhatIsLeft) {
  const Limits limits = read_limits(root);
  EXPECT_EQ(limits.maps.name, "vm.max_map_count");
  EXPECT_EQ(limits.maps.value, 65530U - 3U);
  EXPECT_EQ(limits.descriptors.name, "RLIMIT_NOFILE");
  EXPECT_EQ(limits.descriptors.value, 1022U);
}

TEST_F(MachineLimits, OfMemoryIsFreeMemoryOrTheRestOfAGroup) {
  EXPECT_EQ(read_limits(root).memory_bytes.name, "MemAvailable");
  EXPECT_EQ(read_limits(root).memory_bytes.value, 8'192'000'000U);
  groups_of_version_2("/a");
  write("/sys/fs/cgroup/a/memory.max", "1000000000\n");
  write("/sys/fs/cgroup/a/memory.current", "600000000\n");
  write("/sys/fs/cgroup/a/memory.stat", "anon 100\ninactive_file 50000000\n");
  EXPECT_EQ(read_limits(root).memory_bytes.name, "cgroup memory.max");
  EXPECT_EQ(read_limits(root).memory_bytes.value, 450'000'000U);
}

TEST_F(MachineLimits, OfAStackIsTheSoftLimitOrGlibcsDefault) {
  EXPECT_EQ(read_limits(root).thread_stack_bytes, 8'388'608U);
  ulimits("unlimited", "1024", "262144");
  EXPECT_EQ(read_limits(root).thread_stack_bytes, 262'144U);
  ulimits("unlimited", "1024", "unlimited");
  EXPECT_EQ(read_limits(root).thread_stack_bytes, 2'097'152U);
}

TEST_F(MachineLimits, LeavesOutWhatCannotBeRead) {
  const Limits limits = read_limits(root + "/nowhere");
  for (const Limit& limit : {limits.tasks, limits.maps, limits.descriptors, limits.memory_bytes}) {
    EXPECT_EQ(limit.name, "no limit found");
    EXPECT_EQ(limit.value, std::numeric_limits<std::uint64_t>::max());
  }
}

TEST(ThisMachinesLimits, AreFoundAndFitTheProgram) {
  const Limits limits = read_limits();
  EXPECT_NE(limits.tasks.name, "no limit found");
  EXPECT_NE(limits.memory_bytes.name, "no limit found");
  EXPECT_GT(limits.maps.value, 0U);
  EXPECT_GT(limits.descriptors.value, 0U);

  pthread_attr_t defaults;
  std::size_t stack = 0;
  ASSERT_EQ(pthread_getattr_default_np(&defaults), 0);
  pthread_attr_getstacksize(&defaults, &stack);
  pthread_attr_destroy(&defaults);
  EXPECT_EQ(limits.thread_stack_bytes, stack);
}

}  // namespace
}  // namespace concbench
