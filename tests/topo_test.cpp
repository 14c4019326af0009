// What `concbench topo` shows of a machine and of workers laid on it.
#include "cli/commands/topo.hpp"

#include <gtest/gtest.h>

#include "tests/fake_machine.hpp"
#include "tests/machine_xml.hpp"
#include "tests/paths.hpp"

namespace concbench {
namespace {

const std::string offline = "xml:" + in_source("tests/data/offline.xml");

TEST(TopoJson, HasTheMachineAndThePlacement) {
  Topology machine = describe_machine("synthetic:Package:2 NUMANode:1 L3Cache:1 Core:2 PU:2");
  machine.quota_cpus = 2.5;
  const Json json =
      topo_json(machine, place(machine, {.workers = 2, .layout = Layout::spread, .cpus = {}}));
  EXPECT_EQ(json["machine"].dump(),
            R"({"source":"synthetic:Package:2 NUMANode:1 L3Cache:1 Core:2 PU:2","packages":2,)"
            R"("numa":2,"cores":4,"pus":8,"caches":[)"
            R"({"level":3,"size_bytes":16777216,"cpus":[0,1,2,3]},)"
            R"({"level":3,"size_bytes":16777216,"cpus":[4,5,6,7]}],)"
            R"("allowed":[0,1,2,3,4,5,6,7],"offline":[],"quota_cpus":2.5,"core_kinds":1})");
  EXPECT_EQ(json["placement"].dump(),
            R"({"layout":"spread","oversubscribed":false,"workers":[)"
            R"({"cpu":0,"core":0,"package":0,"numa":0,"l3":0,"kind":0},)"
            R"({"cpu":4,"core":2,"package":1,"numa":1,"l3":1,"kind":0}]})");
}

TEST(TopoJson, HasNullForWhatIsNotThere) {
  const Topology machine = describe_machine("synthetic:Core:2 PU:1");
  const Json json = topo_json(machine, place(machine, {.workers = 1, .cpus = {}}));
  EXPECT_TRUE(json["machine"]["quota_cpus"].is_null());
  EXPECT_TRUE(json["placement"]["workers"][0]["l3"].is_null());
}

TEST(TopoText, DrawsTheTreeWithWorkersAndForbiddenCpus) {
  EXPECT_EQ(topo({.from = offline, .placement = {.cpus = {3, 0}}}),
            offline +
                ": 1 package, 1 NUMA node, 5 cores, 5 CPUs\n"
                "\n"
                "package 0\n"
                "  NUMA node 0\n"
                "    L3 cache 0 (8 MiB)\n"
                "      core 0   CPU 0 = worker 1\n"
                "      core 1   CPU 1\n"
                "      core 2   CPU 3 = worker 0\n"
                "      core 3   CPU 4\n"
                "      core 4   (CPU 5)\n"
                "\n"
                "offline: CPUs 2\n"
                "allowed: CPUs 0-1,3-4; those in brackets are not\n"
                "--layout=compact lays 2 workers on CPUs 3,0\n");
}

using DescribedMachine = FakeMachine;

// As hwloc shows a cpuset of one CPU: the other core is in no L3 cache.
TEST_F(DescribedMachine, IsDrawnWithEachPartOnceWhereACoreHasNoL3) {
  using namespace machine_xml;
  write("/machine.xml",
        machine(0x7, 0x2, 0x1,
                part("Package", 0, 0x7, 0x1,
                     node(0, 0x7) + core(0, 0x1) + l3(0x2, 0x1, core(1, 0x1)) + core(2, 0x1))));
  const std::string text =
      topo({.from = "xml:" + root + "/machine.xml", .placement = {.cpus = {}}});
  EXPECT_NE(text.find("\n\npackage 0\n"
                      "  NUMA node 0\n"
                      "    core 0   (CPU 0)\n"
                      "    L3 cache 0 (8 MiB)\n"
                      "      core 1   CPU 1 = worker 0\n"
                      "    core 2   (CPU 2)\n"
                      "\n"),
            std::string::npos)
      << text;
}

TEST_F(DescribedMachine, IsDrawnWithEachPartOnceWhereANodeHoldsPackages) {
  const std::string text = topo({.from = "synthetic:NUMANode:1 Package:2 Core:1 PU:1",
                                 .placement = {.workers = 1, .cpus = {}}});
  EXPECT_NE(text.find("\n\nNUMA node 0\n"
                      "  package 0\n"
                      "    core 0   CPU 0 = worker 0\n"
                      "  package 1\n"
                      "    core 1   CPU 1\n"
                      "\n"),
            std::string::npos)
      << text;
}

TEST_F(DescribedMachine, SaysUnknownOfWhatIsNotKnown) {
  using namespace machine_xml;
  write("/machine.xml",
        machine(0x3, 0x2, 0x1,
                part("Package", 0, 0x1, 0x1, node(0, 0x1) + core(0, 0x1)) + core(1, 0)));
  const TopoRequest request{.from = "xml:" + root + "/machine.xml", .placement = {.cpus = {}}};
  const std::string text = topo(request);
  EXPECT_NE(text.find("package unknown\n"
                      "  NUMA node unknown\n"
                      "    core 1   CPU 1 = worker 0\n"),
            std::string::npos)
      << text;
  const Topology machine = describe_machine(*request.from);
  const Json worker =
      topo_json(machine, place(machine, request.placement))["placement"]["workers"][0];
  EXPECT_TRUE(worker["numa"].is_null());
  EXPECT_TRUE(worker["package"].is_null());
}

TEST(TopoText, NamesCoreKindsAndSeveralWorkersOnOneCpu) {
  const std::string text = topo({.from = "xml:" + in_source("tests/data/hybrid.xml"),
                                 .placement = {.workers = 2, .cpus = {8}, .oversubscribe = true}});
  EXPECT_NE(text.find("core 4   efficiency   CPU 8 = worker 0, 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("core 0   performance  CPU 0   CPU 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("--layout=compact lays 2 workers on CPUs 8,8, oversubscribed\n"),
            std::string::npos)
      << text;
}

TEST(Topo, OfThisMachineIsJsonWhenAskedFor) {
  const Json json =
      Json::parse(topo({.from = {}, .placement = {.workers = 1, .cpus = {}}, .json = true}));
  EXPECT_EQ(json["machine"]["source"], "this machine");
  EXPECT_EQ(json["placement"]["workers"].size(), 1U);
}

}  // namespace
}  // namespace concbench
