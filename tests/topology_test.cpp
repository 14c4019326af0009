// What is found on this machine and in described machines, and that no description can crash us.
#include "models/machine/topology.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include "models/machine/cgroup.hpp"
#include "models/machine/quota.hpp"
#include "tests/fake_machine.hpp"
#include "tests/machine_xml.hpp"
#include "tests/paths.hpp"

namespace concbench {
namespace {

const std::string data = in_source("tests/data/");
const std::string two_packages = "synthetic:Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2";

using DescribedMachine = FakeMachine;
using Quota = FakeMachine;

// The complaint about a description; fails the test if there is none.
std::string complaint(const std::string& from) {
  try {
    describe_machine(from);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  ADD_FAILURE() << from << " was accepted";
  return "";
}

bool write_all(int file, std::string_view text) {
  return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Into a file that is there.
bool put(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = file >= 0 && write_all(file, text);
  if (file >= 0) close(file);
  return written;
}

// ---- this machine -----------------------------------------------------------------------------

TEST(ThisMachine, AllowsExactlyTheAffinityMask) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  const Topology machine = discover();
  EXPECT_EQ(machine.source, "this machine");
  EXPECT_EQ(machine.allowed().size(), static_cast<std::size_t>(CPU_COUNT(&set)));
  for (const int cpu : machine.allowed()) EXPECT_TRUE(CPU_ISSET(cpu, &set)) << cpu;
  EXPECT_GE(machine.usable_cores(), 1);
  EXPECT_LE(machine.usable_cores(), CPU_COUNT(&set));
}

TEST(ThisMachine, KeepsTheCpusThatAMaskForbids) {
  const Topology before = discover();
  cpu_set_t old, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof old, &old), 0);
  CPU_ZERO(&one);
  CPU_SET(before.allowed().back(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Topology masked = discover();
  ASSERT_EQ(sched_setaffinity(0, sizeof old, &old), 0);
  EXPECT_EQ(masked.allowed(), std::vector<int>{before.allowed().back()});
  EXPECT_EQ(masked.usable_cores(), 1);
  EXPECT_EQ(masked.pus.size(), before.pus.size());
}

TEST(ThisMachine, IsNotReplacedByHwlocsVariables) {
  const Topology real = discover();
  ASSERT_EQ(setenv("HWLOC_SYNTHETIC", "Package:3 Core:5 PU:7", 1), 0);
  ASSERT_EQ(setenv("HWLOC_XMLFILE", "/nonexistent", 1), 0);
  const Topology found = discover();
  EXPECT_EQ(found.pus.size(), real.pus.size());
  EXPECT_EQ(found.cores, real.cores);
  EXPECT_EQ(std::getenv("HWLOC_SYNTHETIC"), nullptr);
}

// ---- described machines -----------------------------------------------------------------------

TEST_F(DescribedMachine, HasThePartsOfItsSyntheticDescription) {
  const Topology machine = describe_machine(two_packages);
  EXPECT_EQ(machine.source, two_packages);
  EXPECT_EQ(machine.packages, 2);
  EXPECT_EQ(machine.numa_nodes, 2);
  EXPECT_EQ(machine.cores, 16);
  EXPECT_EQ(machine.core_kinds, 1);
  ASSERT_EQ(machine.pus.size(), 32U);
  EXPECT_EQ(machine.allowed().size(), 32U);
  EXPECT_EQ(machine.usable_cores(), 16);
  EXPECT_FALSE(machine.quota_cpus);

  std::set<int> l3;
  for (const Pu& pu : machine.pus) l3.insert(pu.l3);
  EXPECT_EQ(l3, (std::set<int>{0, 1, 2, 3}));
  const Pu& pu = machine.pus[19];  // package 1 begins at PU 16; its second core has PUs 18 and 19
  EXPECT_EQ(pu.cpu, 19);
  EXPECT_EQ(pu.package, 1);
  EXPECT_EQ(pu.numa, 1);
  EXPECT_EQ(pu.l3, 2);
  EXPECT_EQ(pu.core, 9);
  EXPECT_EQ(pu.sibling, 1);

  ASSERT_EQ(machine.caches.size(), 4U);
  EXPECT_EQ(machine.caches[1].level, 3);
  EXPECT_EQ(machine.caches[1].cpus, (std::vector<int>{8, 9, 10, 11, 12, 13, 14, 15}));
}

TEST_F(DescribedMachine, MayHave128Cores) {
  const Topology machine = describe_machine("synthetic:Package:2 L3Cache:8 Core:8 PU:2");
  EXPECT_EQ(machine.cores, 128);
  EXPECT_EQ(machine.pus.size(), 256U);
  EXPECT_EQ(machine.usable_cores(), 128);
}

TEST_F(DescribedMachine, MayHaveNumaNodesWithoutL3) {
  const Topology machine = describe_machine("synthetic:Package:1 NUMANode:4 Core:2 PU:1");
  EXPECT_EQ(machine.numa_nodes, 4);
  EXPECT_EQ(machine.pus.back().numa, 3);
  for (const Pu& pu : machine.pus) EXPECT_EQ(pu.l3, -1);
}

TEST_F(DescribedMachine, TakesEachPuForACoreWhereCoresAreNotTold) {
  const Topology machine = describe_machine("synthetic:PU:4");
  EXPECT_EQ(machine.packages, 1);
  EXPECT_EQ(machine.cores, 4);
  EXPECT_EQ(machine.usable_cores(), 4);
  EXPECT_EQ(machine.pus[3].core, 3);
}

TEST_F(DescribedMachine, ReadsCoreKindsFromXml) {
  const Topology machine = describe_machine("xml:" + data + "hybrid.xml");
  EXPECT_EQ(machine.core_kinds, 2);
  EXPECT_EQ(machine.cores, 8);
  for (const Pu& pu : machine.pus) EXPECT_EQ(pu.kind, pu.cpu < 8 ? 1 : 0) << pu.cpu;
}

TEST_F(DescribedMachine, TellsOfflineFromForbiddenCpus) {
  const Topology machine = describe_machine("xml:" + data + "offline.xml");
  EXPECT_EQ(machine.offline, std::vector<int>{2});
  EXPECT_EQ(machine.pus.size(), 5U);
  EXPECT_EQ(machine.allowed(), (std::vector<int>{0, 1, 3, 4}));
  EXPECT_EQ(machine.usable_cores(), 4);
}

TEST_F(DescribedMachine, HasCpusWhoseNodeAndPackageAreNotKnown) {
  // hwloc leaves out a node whose memory is not allowed, and what it cannot place.
  using namespace machine_xml;
  write("/machine.xml",
        machine(0xf, 0xf, 0x1,
                part("Package", 0, 0x3, 0x1, node(0, 0x3) + core(0, 0x1) + core(1, 0x1)) +
                    part("Package", 1, 0x4, 0, core(2, 0)) + core(3, 0)));
  const Topology machine = describe_machine("xml:" + root + "/machine.xml");
  ASSERT_EQ(machine.pus.size(), 4U);
  std::vector<int> nodes, packages;
  for (const Pu& pu : machine.pus) {
    nodes.push_back(pu.numa);
    packages.push_back(pu.package);
  }
  EXPECT_EQ(nodes, (std::vector<int>{0, 0, -1, -1}));
  EXPECT_EQ(packages, (std::vector<int>{0, 0, 1, -1}));
}

TEST_F(DescribedMachine, HasOneKindForAllSiblingsOfACore) {
  using namespace machine_xml;
  const auto two_pus = [](int index) {
    const unsigned first = 1U << (2 * index);
    return part("Core", index, first * 3, 0x1,
                part("PU", 2 * index, first, 0x1) + part("PU", 2 * index + 1, first * 2, 0x1));
  };
  write("/machine.xml", machine(0xf, 0xf, 0x1, node(0, 0xf) + two_pus(0) + two_pus(1),
                                "<cpukind cpuset=\"0x5\" forced_efficiency=\"0\"/>\n"
                                "<cpukind cpuset=\"0xa\" forced_efficiency=\"1\"/>\n"));
  const Topology machine = describe_machine("xml:" + root + "/machine.xml");
  EXPECT_EQ(machine.core_kinds, 1);
  EXPECT_EQ(place(machine, {.workers = 2, .layout = Layout::smt, .cpus = {}}).cpus(),
            (std::vector<int>{0, 1}));
}

TEST_F(DescribedMachine, TellsWhatHoldsItsCoresFromTheOutermostIn) {
  EXPECT_EQ(describe_machine("synthetic:Package:2 Die:2 NUMANode:1 L3Cache:1 Core:2 PU:1").levels,
            (std::vector<std::string>{"Package", "Die", "NUMANode", "L3Cache"}));
  const Topology nodes = describe_machine("synthetic:NUMANode:2 Package:2 Core:1 PU:1");
  EXPECT_EQ(nodes.levels, (std::vector<std::string>{"NUMANode", "Package"}));
  EXPECT_EQ(nodes.pus.back().above, (std::vector<int>{1, 3}));
  EXPECT_EQ(describe_machine("synthetic:PU:2").levels,
            (std::vector<std::string>{"Package", "NUMANode"}));
}

TEST_F(DescribedMachine, MayHave8192Cpus) {
  const Topology machine =
      describe_machine("synthetic:Package:16 NUMANode:2 L3Cache:4 L2Cache:8 Core:1 PU:8");
  EXPECT_EQ(machine.pus.size(), 8192U);
}

TEST_F(DescribedMachine, IsNotReplacedByHwlocsVariables) {
  ASSERT_EQ(setenv("HWLOC_SYNTHETIC", "PU:7", 1), 0);
  EXPECT_EQ(describe_machine("synthetic:PU:3").pus.size(), 3U);
  unsetenv("HWLOC_SYNTHETIC");
}

TEST_F(DescribedMachine, RefusesBadSyntheticDescriptionsByName) {
  for (const std::string from :
       {"synthetic:", "synthetic:banana", "synthetic:Package:2 Core:4", "synthetic:PU:0",
        "synthetic:PU:-1", "synthetic:PU:99999999999999999999", "synthetic:PU:2(((((",
        "synthetic:\n\x01\xff"}) {
    EXPECT_NE(complaint(from).find(from), std::string::npos);
  }
}

TEST_F(DescribedMachine, MustSayWhatItIsDescribedBy) {
  for (const std::string from : {"", "Package:2 PU:2", "json:x", "SYNTHETIC:PU:2"}) {
    EXPECT_NE(complaint(from).find("synthetic:DESCRIPTION or xml:FILE"), std::string::npos);
  }
}

TEST_F(DescribedMachine, RefusesFilesThatAreNoXmlByName) {
  write("/empty.xml", "");
  write("/junk.xml", std::string("\x7f\x45\x4c\x46\x00\xff\xfe\x80garbage\n", 17));
  write("/other.xml", "<?xml version=\"1.0\"?><html><body>hello</body></html>\n");
  write("/cut.xml",
        "<?xml version=\"1.0\"?>\n<topology version=\"2.0\">\n<object type=\"Machine\"");
  for (const std::string name :
       {"/missing.xml", "/empty.xml", "/junk.xml", "/other.xml", "/cut.xml", ""}) {
    EXPECT_NE(complaint("xml:" + root + name).find(root + name), std::string::npos);
  }
  EXPECT_NE(complaint("xml:").find("names no file"), std::string::npos);
}

// hwloc 2.9.0 dereferences a null pointer on a machine without complete sets.
TEST_F(DescribedMachine, RefusesXmlThatCrashesHwloc) {
  write("/no-sets.xml",
        "<?xml version=\"1.0\"?><topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0x1\">"
        "<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\"/></object></topology>");
  EXPECT_NE(complaint("xml:" + root + "/no-sets.xml").find("/no-sets.xml'"), std::string::npos);
}

TEST_F(DescribedMachine, GivesUpOnADescriptionThatNeverEnds) {
  const std::string pipe = root + "/pipe.xml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);  // opening it waits for a writer
  EXPECT_NE(complaint("xml:" + pipe).find("more than 5 s"), std::string::npos);
}

TEST_F(DescribedMachine, RefusesAFormatThatIsNewerThanHwlocAndSaysSo) {
  write("/newer.xml",
        machine_xml::machine(0x1, 0x1, 0x1, machine_xml::node(0, 0x1) + machine_xml::core(0, 0x1),
                             "", "9.0"));
  const std::string why = complaint("xml:" + root + "/newer.xml");
  EXPECT_NE(why.find("is in version 9.0 of hwloc's format, which is newer than the hwloc here"),
            std::string::npos)
      << why;
}

// A process that does not get a CPU, as on a busy machine: here it is stopped for longer than it
// might sleep.
TEST_F(DescribedMachine, WaitsForHwlocWhileItHasNoCpu) {
  const std::string pipe = root + "/pipe.xml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string text =
      machine_xml::machine(0x1, 0x1, 0x1, machine_xml::node(0, 0x1) + machine_xml::core(0, 0x1));
  const pid_t test = getpid();
  const pid_t helper = fork();
  if (helper == 0) {
    const int end = open(pipe.c_str(), O_WRONLY);  // waits for the child to open it
    pid_t child = -1;
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", test));
    for (pid_t each; children >> each;) child = each == getpid() ? child : each;
    if (child <= 0 || kill(child, SIGSTOP) != 0) _exit(1);
    const bool written = write_all(end, text);
    close(end);
    sleep(6);
    kill(child, SIGCONT);
    _exit(written ? 0 : 1);
  }
  EXPECT_EQ(describe_machine("xml:" + pipe).pus.size(), 1U);
  int status = -1;
  EXPECT_EQ(waitpid(helper, &status, 0), helper);
  EXPECT_EQ(status, 0);
}

TEST_F(DescribedMachine, IsLimitedByCpuTime) {
  const pid_t test = fork();
  if (test == 0) {
    const rlimit one_second{1, 1};
    setrlimit(RLIMIT_CPU, &one_second);
    const std::string why = complaint("synthetic:Package:512 Core:512 PU:8");
    _exit(why.find("took hwloc more than 1 s of CPU time") == std::string::npos);
  }
  int status = -1;
  EXPECT_EQ(waitpid(test, &status, 0), test);
  EXPECT_EQ(status, 0);
}

TEST_F(DescribedMachine, LeavesNoChildBehind) {
  complaint("synthetic:banana");
  describe_machine("synthetic:PU:2");
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

// ---- the cgroup's quota -----------------------------------------------------------------------

TEST_F(Quota, IsNothingWhereNothingLimits) {
  EXPECT_FALSE(cgroup_quota(root));  // no /proc at all
  write("/proc/self/cgroup", "0::/user.slice\n");
  write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  EXPECT_FALSE(cgroup_quota(root));
}

TEST_F(Quota, OfVersion2IsTheTightestOfAllAncestors) {
  write("/proc/self/cgroup", "0::/a/b/c\n");
  write("/proc/self/mountinfo",
        "22 27 0:21 / /proc rw - proc proc rw\n"
        "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  write("/sys/fs/cgroup/a/cpu.max", "75000 50000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 1.5);
  EXPECT_EQ(cgroup_path(root), "/a/b/c");
}

TEST_F(Quota, OfVersion1IsFoundInAContainersPartOfTheTree) {
  write("/proc/self/cgroup",
        "5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc/inner\n1:name=systemd:/\n");
  write("/proc/self/mountinfo",
        "40 35 0:31 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "41 35 0:32 /docker/abc /sys/fs/cg\\040roup/cpu rw master:1 - cgroup cgroup "
        "rw,cpu,cpuacct\n");
  write("/sys/fs/cg roup/cpu/inner/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cg roup/cpu/inner/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cg roup/cpu/cpu.cfs_quota_us", "250000\n");
  write("/sys/fs/cg roup/cpu/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/memory/cpu.cfs_quota_us", "100\n");  // of another controller: no bound
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 2.5);
}

TEST_F(Quota, OfAHybridSetUpIsTheTighterOfBothVersions) {
  write("/proc/self/cgroup", "2:cpu:/v1\n0::/v2\n");
  write("/proc/self/mountinfo",
        "40 35 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "41 35 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/cpu/v1/cpu.cfs_quota_us", "300000\n");
  write("/sys/fs/cgroup/cpu/v1/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 3.0);
  write("/sys/fs/cgroup/unified/v2/cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 0.5);
}

// In a namespace whose file system was not mounted anew, the mount shows groups above its root.
TEST_F(Quota, OfANamespaceIsFoundBelowTheGroupsWithoutNames) {
  write("/proc/self/cgroup", "0::/inner\n");
  write("/proc/self/mountinfo", "31 23 0:28 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/other/x/inner/cgroup.procs", "1\n");
  write("/sys/fs/cgroup/other/x/inner/cpu.max", "10000 100000\n");
  write("/sys/fs/cgroup/a/b/inner/cgroup.procs", fmt::format("1\n{}\n", getpid()));
  write("/sys/fs/cgroup/a/b/inner/cpu.max", "300000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 3.0);
  write("/sys/fs/cgroup/a/b/cpu.max", "200000 100000\n");  // the namespace's root
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 2.0);
  write("/sys/fs/cgroup/a/cpu.max", "100000 100000\n");  // and above it
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 1.0);
}

TEST_F(Quota, OfANeighbourInTheNamespaceIsFoundBesideItsRoot) {
  write("/proc/self/cgroup", "3:cpu:/../other/x\n");
  write("/proc/self/mountinfo",
        "40 35 0:31 /../other /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
  write("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "150000\n");
  write("/sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 1.5);
}

// The same with the kernel's own words.
TEST(RealQuota, OfANamespaceIsFoundWithoutMountingAnew) {
  const auto above = cgroup_directories("cpu");
  if (above.empty()) GTEST_SKIP() << "control groups cannot be seen here";
  const std::string group = fmt::format("{}/concbench-test-{}", above.front(), getpid());
  if (mkdir(group.c_str(), 0755) != 0) GTEST_SKIP() << "no control group can be made here";
  const bool second = access((group + "/cpu.max").c_str(), W_OK) == 0;
  const bool limited =
      second ? put(group + "/cpu.max", "70000 100000") : put(group + "/cpu.cfs_quota_us", "70000");
  const pid_t child = fork();
  if (child == 0) {
    if (!limited || !put(group + "/cgroup.procs", "0")) _exit(77);
    if (unshare(CLONE_NEWCGROUP) != 0) _exit(77);
    _exit(cgroup_quota().value_or(0) == 0.7 ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(rmdir(group.c_str()), 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "no process can be limited, or given a namespace, here";
  }
  EXPECT_EQ(status, 0);
}

TEST_F(Quota, OutsideTheNamespaceIsReadFromTheNearestGroupSeen) {
  write("/proc/self/cgroup", "0::/../other\n");
  write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 2.0);
}

}  // namespace
}  // namespace concbench
