// What is found on this machine and in described machines, and that no description can crash us.
#include "models/machine/topology.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <set>

#include "models/machine/cgroup.hpp"
#include "tests/fake_machine.hpp"
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

TEST_F(Quota, OutsideTheNamespaceIsReadFromTheNearestGroupSeen) {
  write("/proc/self/cgroup", "0::/../other\n");
  write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(cgroup_quota(root).value(), 2.0);
}

}  // namespace
}  // namespace concbench
