// Where workers are laid: on described machines, so that every machine can prove it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/machine/topology.hpp"
#include "tests/paths.hpp"

namespace concbench {
namespace {

using Cpus = std::vector<int>;

const std::string data = "xml:" + in_source("tests/data/");

// Two packages, each with one NUMA node and two L3 caches of four cores with two PUs: core c has
// PUs 2c and 2c + 1, L3 caches begin at CPUs 0, 8, 16 and 24, the second package at CPU 16.
const Topology& big() {
  static const Topology machine =
      describe_machine("synthetic:Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2");
  return machine;
}

// CPUs 0-7: four performance cores with SMT. CPUs 8-11: four efficiency cores.
const Topology& hybrid() {
  // Four performance cores with SMT (CPUs 0-7) and four efficiency cores that share an L2 (8-11).
  static const Topology machine = describe_machine(data + "hybrid.xml");
  return machine;
}

Topology only(Topology machine, const std::set<int>& allowed) {
  for (Pu& pu : machine.pus) pu.allowed = allowed.contains(pu.cpu);
  return machine;
}

Cpus laid(const Topology& machine, int workers, Layout layout, CoreKind kind = CoreKind::any) {
  return place(machine, {.workers = workers, .layout = layout, .kind = kind, .cpus = {}}).cpus();
}

std::string refusal(const Topology& machine, const PlacementRequest& request) {
  try {
    place(machine, request);
  } catch (const Impossible& error) {
    return error.what();
  }
  ADD_FAILURE() << "was placed";
  return "";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Compact, FillsOneL3BeforeTheNext) {
  EXPECT_EQ(laid(big(), 1, Layout::compact), (Cpus{0}));
  EXPECT_EQ(laid(big(), 3, Layout::compact), (Cpus{0, 2, 4}));
  EXPECT_EQ(laid(big(), 5, Layout::compact), (Cpus{0, 2, 4, 6, 8}));
}

TEST(Compact, StaysInOnePackageWhileItCan) {
  EXPECT_EQ(laid(big(), 8, Layout::compact), (Cpus{0, 2, 4, 6, 8, 10, 12, 14}));
  EXPECT_EQ(laid(big(), 9, Layout::compact), (Cpus{0, 2, 4, 6, 8, 10, 12, 14, 16}));
}

TEST(Compact, ChoosesTheGroupThatCanHoldAll) {
  // One core is left in the first L3, three in the third.
  const Topology machine = only(big(), {7, 16, 18, 20, 21});
  EXPECT_EQ(laid(machine, 1, Layout::compact), (Cpus{7}));
  EXPECT_EQ(laid(machine, 3, Layout::compact), (Cpus{16, 18, 20}));
  EXPECT_EQ(laid(machine, 4, Layout::compact), (Cpus{16, 18, 20, 7}));
}

TEST(Compact, PrefersOneL3AndOneNumaNodeToTheFirstCores) {
  // In the first NUMA node one core is left in the first L3 and three in the second.
  EXPECT_EQ(laid(only(big(), {7, 10, 12, 14}), 2, Layout::compact), (Cpus{10, 12}));
  const Topology nodes = describe_machine("synthetic:Package:1 NUMANode:2 Core:2 PU:1");
  EXPECT_EQ(laid(only(nodes, {1, 2, 3}), 2, Layout::compact), (Cpus{2, 3}));
}

TEST(Compact, TakesCoresOfOneKindThePowerfulFirst) {
  EXPECT_EQ(laid(hybrid(), 4, Layout::compact), (Cpus{0, 2, 4, 6}));
  EXPECT_EQ(laid(hybrid(), 5, Layout::compact), (Cpus{0, 2, 4, 6, 8}));
  const Topology little_first = [] {
    Topology machine = hybrid();
    for (Pu& pu : machine.pus) pu.kind = 1 - pu.kind;
    return machine;
  }();
  EXPECT_EQ(laid(little_first, 2, Layout::compact), (Cpus{8, 9}));
}

TEST(Compact, WorksOnNumaNodesWithoutL3) {
  const Topology machine = describe_machine("synthetic:Package:1 NUMANode:4 Core:2 PU:1");
  EXPECT_EQ(laid(machine, 3, Layout::compact), (Cpus{0, 1, 2}));
  EXPECT_EQ(laid(machine, 4, Layout::spread), (Cpus{0, 2, 4, 6}));
}

TEST(Spread, GoesRoundPackagesThenNumaNodesThenL3) {
  EXPECT_EQ(laid(big(), 2, Layout::spread), (Cpus{0, 16}));
  EXPECT_EQ(laid(big(), 4, Layout::spread), (Cpus{0, 16, 8, 24}));
  EXPECT_EQ(laid(big(), 7, Layout::spread), (Cpus{0, 16, 8, 24, 2, 18, 10}));
  const Topology nodes = describe_machine("synthetic:Package:2 NUMANode:2 L3Cache:2 Core:2 PU:1");
  // Packages begin at 0 and 8, NUMA nodes at 0, 4, 8, 12, L3 caches at every even CPU.
  EXPECT_EQ(laid(nodes, 8, Layout::spread), (Cpus{0, 8, 4, 12, 2, 10, 6, 14}));
}

TEST(Spread, UsesOtherL2CachesFirst) {
  EXPECT_EQ(laid(hybrid(), 6, Layout::spread), (Cpus{0, 2, 4, 6, 8, 9}));
}

TEST(Spread, UsesEveryGroupAndDieBeforeOneTwice) {
  const Topology groups = describe_machine("synthetic:Package:1 Group:4 Core:2 PU:1");
  EXPECT_EQ(laid(groups, 4, Layout::spread), (Cpus{0, 2, 4, 6}));
  const Topology dies = describe_machine("synthetic:Package:2 Die:2 Core:2 PU:1");
  EXPECT_EQ(laid(dies, 4, Layout::spread), (Cpus{0, 4, 2, 6}));
}

TEST(Spread, UsesEveryNumaNodeThatHoldsSeveralPackages) {
  const Topology nodes = describe_machine("synthetic:NUMANode:2 Package:2 Core:2 PU:1");
  EXPECT_EQ(laid(nodes, 2, Layout::spread), (Cpus{0, 4}));
}

TEST(Compact, TakesThePackageInWhichFewestNodesAreNeeded) {
  // Package 0 has three cores left in two nodes, package 1 two in one.
  const Topology nodes = describe_machine("synthetic:Package:2 NUMANode:2 Core:2 PU:1");
  EXPECT_EQ(laid(only(nodes, {0, 2, 4, 5}), 2, Layout::compact), (Cpus{4, 5}));
}

TEST(AnyLayout, IsLaidOn8192CpusWithoutDelay) {
  const Topology machine =
      describe_machine("synthetic:Package:16 NUMANode:2 L3Cache:4 L2Cache:8 Core:1 PU:8");
  for (const Layout layout : {Layout::compact, Layout::spread, Layout::smt}) {
    EXPECT_EQ(laid(machine, 1000, layout).size(), 1000U);
  }
}

TEST(Spread, UsesEveryCoreOnceWhenItUsesAll) {
  Cpus cpus = laid(big(), 16, Layout::spread);
  std::sort(cpus.begin(), cpus.end());
  EXPECT_EQ(cpus, laid(big(), 16, Layout::compact));
}

TEST(Smt, UsesAllSiblingsOfACoreBeforeTheNext) {
  EXPECT_EQ(laid(big(), 1, Layout::smt), (Cpus{0}));
  EXPECT_EQ(laid(big(), 2, Layout::smt), (Cpus{0, 1}));
  EXPECT_EQ(laid(big(), 5, Layout::smt), (Cpus{0, 1, 2, 3, 4}));
  EXPECT_EQ(laid(big(), 32, Layout::smt).size(), 32U);
}

TEST(Smt, FillsWholeCoresFirst) {
  // Core c has PUs 2c and 2c + 1; packages begin at CPUs 0, 4, 8 and 12.
  const Topology four = describe_machine("synthetic:Package:4 Core:2 PU:2");
  EXPECT_EQ(laid(only(four, {0, 2, 5, 8, 9}), 2, Layout::smt), (Cpus{8, 9}));
  EXPECT_EQ(laid(only(four, {0, 2, 5, 6, 7, 8, 9, 12}), 4, Layout::smt), (Cpus{6, 7, 8, 9}));
  EXPECT_EQ(laid(only(four, {0, 2, 5, 6, 7, 8, 9, 12}), 5, Layout::smt), (Cpus{6, 7, 5, 8, 9}));
}

TEST(Smt, IsBoundedByPusNotByCores) {
  EXPECT_SAYS(refusal(big(), {.workers = 33, .layout = Layout::smt, .cpus = {}}),
              "33 workers need 33 CPUs; this machine allows 32 (CPUs 0-31)");
}

TEST(AnyLayout, UsesAllUsableCoresWhenNoNumberIsGiven) {
  EXPECT_EQ(laid(big(), 0, Layout::compact).size(), 16U);
  EXPECT_EQ(laid(big(), 0, Layout::smt).size(), 32U);
  Topology machine = big();
  machine.quota_cpus = 2.7;
  EXPECT_EQ(laid(machine, 0, Layout::spread), (Cpus{0, 16}));
  machine.quota_cpus = 0.3;
  EXPECT_EQ(laid(machine, 0, Layout::compact), (Cpus{0}));
  EXPECT_EQ(machine.usable_cores(), 1);
}

TEST(AnyLayout, PlacesOn128CoresWithoutUsingOneTwice) {
  const Topology machine = describe_machine("synthetic:Package:2 L3Cache:8 Core:8 PU:2");
  for (const Layout layout : {Layout::compact, Layout::spread}) {
    const Placement placement = place(machine, {.workers = 128, .layout = layout, .cpus = {}});
    std::set<int> cores;
    for (const Pu& pu : placement.workers) cores.insert(pu.core);
    EXPECT_EQ(cores.size(), 128U);
    EXPECT_FALSE(placement.oversubscribed);
  }
}

TEST(TooManyWorkers, AreRefusedWithWhatThereIs) {
  const Topology two = describe_machine("synthetic:Core:2 PU:1");
  const std::string why = refusal(two, {.workers = 8, .cpus = {}});
  EXPECT_SAYS(why, "8 workers need 8 cores; this machine allows 2 (CPUs 0-1)");
  EXPECT_SAYS(why, "--oversubscribe");
  EXPECT_EQ(why.find("affinity"), std::string::npos) << why;
}

TEST(TooManyWorkers, AreToldOfTheAffinityMaskThatForbidsThem) {
  const Topology one = only(describe_machine("synthetic:Core:2 PU:1"), {0});
  const std::string why = refusal(one, {.workers = 2, .cpus = {}});
  EXPECT_SAYS(why, "2 workers need 2 cores; this machine allows 1 (CPU 0)");
  EXPECT_SAYS(why, "an affinity mask or cpuset leaves this process 1 of 2 CPUs");
}

TEST(TooManyWorkers, AreToldOfSiblingsThatCouldHoldThem) {
  EXPECT_SAYS(refusal(big(), {.workers = 20, .cpus = {}}),
              "need 20 cores; this machine allows 16 (CPUs 0-31); --layout=smt has room for 32");
  EXPECT_EQ(refusal(big(), {.workers = 33, .cpus = {}}).find("smt"), std::string::npos);
}

TEST(TooManyWorkers, AreToldOfTheQuota) {
  Topology machine = big();
  machine.quota_cpus = 2.5;
  EXPECT_SAYS(refusal(machine, {.workers = 3, .cpus = {}}),
              "the cgroup's CPU quota of 2.5 allows 2 workers");
  EXPECT_EQ(laid(machine, 2, Layout::compact), (Cpus{0, 2}));
  const Placement throttled = place(machine, {.workers = 3, .cpus = {}, .oversubscribe = true});
  EXPECT_TRUE(throttled.oversubscribed);
  EXPECT_EQ(throttled.cpus(), (Cpus{0, 2, 4}));
}

TEST(TooManyWorkers, ReuseCpusInTurnWhenOversubscribed) {
  const Topology two = describe_machine("synthetic:Core:2 PU:1");
  const Placement placement = place(two, {.workers = 5, .cpus = {}, .oversubscribe = true});
  EXPECT_TRUE(placement.oversubscribed);
  EXPECT_EQ(placement.cpus(), (Cpus{0, 1, 0, 1, 0}));
  EXPECT_FALSE(place(two, {.workers = 2, .cpus = {}, .oversubscribe = true}).oversubscribed);
}

TEST(NamedCpus, AreUsedExactlyInTheirOrder) {
  EXPECT_EQ(place(big(), {.cpus = {9, 3, 2}}).cpus(), (Cpus{9, 3, 2}));
  EXPECT_EQ(place(big(), {.workers = 2, .cpus = {9, 3, 2}}).cpus(), (Cpus{9, 3}));
  EXPECT_EQ(place(big(), {.workers = 3, .cpus = {9, 3}, .oversubscribe = true}).cpus(),
            (Cpus{9, 3, 9}));
}

TEST(NamedCpus, MustHoldAllWorkers) {
  EXPECT_SAYS(refusal(big(), {.workers = 3, .cpus = {9, 3}}),
              "3 workers need 3 CPUs; --cpus names 2 (CPUs 3,9)");
}

TEST(NamedCpus, MustExistAndBeOnlineAndAllowed) {
  // Six cores: CPU 2 is offline, and CPU 5 is kept from programs by a cpuset.
  const Topology machine = describe_machine(data + "offline.xml");
  EXPECT_SAYS(refusal(machine, {.cpus = {9}}), "CPU 9 does not exist");
  EXPECT_SAYS(refusal(machine, {.cpus = {2}}), "CPU 2 is offline");
  EXPECT_SAYS(refusal(machine, {.cpus = {5}}), "CPU 5 is not allowed");
  EXPECT_SAYS(refusal(machine, {.cpus = {5}}), "CPUs 0-1,3-4");
  EXPECT_EQ(place(machine, {.cpus = {4, 3}}).cpus(), (Cpus{4, 3}));
}

TEST(NamedCpus, MustBeNamedOnce) {
  EXPECT_THROW(place(big(), {.cpus = {1, 2, 1}}), std::invalid_argument);
}

TEST(AnyLayout, RefusesANonsensicalNumberOfWorkers) {
  for (const int workers : {-1, 2'000'000'000}) {
    EXPECT_THROW(place(big(), {.workers = workers, .cpus = {}, .oversubscribe = true}),
                 std::invalid_argument);
  }
}

TEST(CoreKinds, LimitTheCandidates) {
  EXPECT_EQ(laid(hybrid(), 2, Layout::compact, CoreKind::efficiency), (Cpus{8, 9}));
  EXPECT_EQ(laid(hybrid(), 0, Layout::spread, CoreKind::performance), (Cpus{0, 2, 4, 6}));
  EXPECT_EQ(laid(hybrid(), 0, Layout::smt, CoreKind::performance).size(), 8U);
  EXPECT_SAYS(refusal(hybrid(), {.workers = 5, .kind = CoreKind::efficiency, .cpus = {}}),
              "5 workers need 5 efficiency cores; this machine allows 4 (CPUs 8-11)");
}

TEST(CoreKinds, DoNotExistWhereCoresAreAlike) {
  for (const CoreKind kind : {CoreKind::performance, CoreKind::efficiency}) {
    EXPECT_SAYS(refusal(big(), {.workers = 1, .kind = kind, .cpus = {}}), "alike");
  }
}

TEST(CoreKinds, MayBeForbiddenByTheMask) {
  const Topology machine = only(hybrid(), {8, 9});
  EXPECT_SAYS(refusal(machine, {.workers = 1, .kind = CoreKind::performance, .cpus = {}}),
              "allows no performance core");
}

TEST(CoreKinds, HoldForNamedCpusToo) {
  EXPECT_SAYS(refusal(hybrid(), {.kind = CoreKind::performance, .cpus = {8}}),
              "CPU 8 is not on a core of kind performance");
}

TEST(CpuList, IsWrittenAsLinuxWritesIt) {
  EXPECT_EQ(cpu_list({}), "");
  EXPECT_EQ(cpu_list({5}), "5");
  EXPECT_EQ(cpu_list({8, 0, 1, 3, 2}), "0-3,8");
}

}  // namespace
}  // namespace concbench
