// The state of a machine as read from /proc and /sys: two machines that differ in everything.
#include "cli/harness/environment.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/fake_machine.hpp"

namespace concbench {
namespace {

using FoundEnvironment = FakeMachine;
using CpuTime = FakeMachine;

const std::string cpu = "/sys/devices/system/cpu/";
const std::string clocks = "/sys/devices/system/clocksource/clocksource0/";

TEST_F(FoundEnvironment, OfALaptop) {
  write("/proc/sys/kernel/hostname", "laptop\n");
  write("/proc/sys/kernel/osrelease", "6.8.0-41-generic\n");
  write("/proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i7: fast\nmicrocode\t: 0xf4\n"
        "flags\t\t: fpu vme tsc\n");
  write(cpu + "possible", "0-3\n");
  write(cpu + "cpu0/cpufreq/scaling_governor", "powersave\n");
  write(cpu + "cpu3/cpufreq/scaling_governor", "performance\n");
  write(cpu + "intel_pstate/no_turbo", "0\n");
  write(cpu + "smt/active", "1\n");
  write("/proc/sys/kernel/randomize_va_space", "2\n");
  write(clocks + "current_clocksource", "tsc\n");
  write("/proc/self/cgroup", "0::/user.slice/session\n");
  write("/proc/loadavg", "1.25 0.20 0.30 2/88 1\n");

  const Environment found = read_environment(root);
  EXPECT_EQ(found.host, "laptop");
  EXPECT_EQ(found.kernel, "6.8.0-41-generic");
  EXPECT_EQ(found.cpu_model, "Intel(R) Core(TM) i7: fast");
  EXPECT_EQ(found.hypervisor, "none");
  EXPECT_EQ(found.governor, "performance, powersave");
  EXPECT_EQ(found.microcode, "0xf4");
  EXPECT_EQ(found.boost, true);
  EXPECT_EQ(found.smt, true);
  EXPECT_EQ(found.aslr, true);
  EXPECT_EQ(found.clocksource, "tsc");
  EXPECT_EQ(found.cgroup, "/user.slice/session");
  EXPECT_EQ(found.load_1min, 1.25);
  EXPECT_TRUE(found.notes.empty()) << found.notes.begin()->first;
}

TEST_F(FoundEnvironment, OfAVirtualMachineWithEverythingSwitchedOff) {
  write("/proc/cpuinfo", "model name\t: AMD EPYC\nflags\t\t: fpu hypervisor vme\n");
  write("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  write(cpu + "cpufreq/boost", "0\n");
  write(cpu + "smt/active", "0\n");
  write("/proc/sys/kernel/randomize_va_space", "0\n");
  write("/proc/self/cgroup", "3:cpu:/job\n0::/\n");

  const Environment found = read_environment(root);
  EXPECT_EQ(found.cpu_model, "AMD EPYC");
  EXPECT_EQ(found.hypervisor, "amazon");
  EXPECT_EQ(found.boost, false);
  EXPECT_EQ(found.smt, false);
  EXPECT_EQ(found.aslr, false);
  EXPECT_EQ(found.cgroup, "/job");
  EXPECT_FALSE(found.governor);
  EXPECT_EQ(found.notes.count("governor"), 1U);
}

TEST_F(FoundEnvironment, NamesAHypervisorByItsClockOrTypeOrNotAtAll) {
  write("/proc/cpuinfo", "flags : hypervisor\n");
  EXPECT_EQ(read_environment(root).hypervisor, "unknown");
  write(clocks + "available_clocksource", "tsc kvm-clock acpi_pm \n");
  EXPECT_EQ(read_environment(root).hypervisor, "kvm");
  write("/sys/hypervisor/type", "xen\n");
  EXPECT_EQ(read_environment(root).hypervisor, "xen");
}

TEST_F(FoundEnvironment, OfAnArmBoardHasItsNumbersAndName) {
  write("/proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n");
  write("/proc/device-tree/model", std::string_view("Raspberry Pi 5\0", 15));
  const Environment found = read_environment(root);
  EXPECT_EQ(found.cpu_model, "Arm (implementer 0x41, part 0xd0b), Raspberry Pi 5");
  EXPECT_FALSE(found.hypervisor);
  EXPECT_EQ(found.notes.count("hypervisor"), 1U);
}

TEST_F(FoundEnvironment, HasNoAslrUnderSetarch) {
  write("/proc/sys/kernel/randomize_va_space", "2\n");
  write("/proc/self/personality", "00040000\n");
  EXPECT_EQ(read_environment(root).aslr, false);
}

TEST_F(FoundEnvironment, SaysWhyOfEveryFieldThatIsUnknown) {
  const Environment found = read_environment(root);
  for (const char* field : {"host", "cpu_model", "kernel", "hypervisor", "governor", "microcode",
                            "boost", "smt", "aslr", "clocksource", "cgroup", "load_1min"}) {
    ASSERT_EQ(found.notes.count(field), 1U) << field;
    EXPECT_FALSE(found.notes.at(field).empty()) << field;
  }
  EXPECT_FALSE(found.boost || found.smt || found.aslr || found.load_1min || found.cgroup);
}

TEST(ThisEnvironment, KnowsItsKernel) {
  EXPECT_FALSE(read_environment().kernel.empty());
  EXPECT_FALSE(read_environment().host.empty());
}

TEST(Machine, CountsCachesOfASize) {
  const MachineInfo info =
      machine_info(describe_machine("synthetic:Package:2 L3Cache:2 L2Cache:4 Core:1 PU:2"));
  EXPECT_EQ(info.packages, 2);
  EXPECT_EQ(info.cores, 16);
  EXPECT_EQ(info.pus, 32);
  EXPECT_EQ(info.allowed.size(), 32U);
  ASSERT_EQ(info.caches.size(), 2U);
  EXPECT_EQ(info.caches[0].level, 3);
  EXPECT_EQ(info.caches[0].count, 4);
  EXPECT_EQ(info.caches[1].count, 16);
}

TEST_F(CpuTime, IsSummedOverTheCpusAskedFor) {
  write("/proc/stat",
        "cpu  100 100 100 100 100 100 100 100 100 100\n"
        "cpu0 10 20 30 400 50 6 7 8 9 1\n"
        "cpu1 1 2 3 4 5 6 7 8 0 0\n"
        "cpu10 1000 0 0 0 0 0 0 1 0 0\n"
        "intr 12345\n");
  const std::int64_t tick = 1'000'000'000 / sysconf(_SC_CLK_TCK);
  const auto both = cpu_times({0, 10}, root);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->busy_ns, (10 + 20 + 30 + 6 + 7 + 1000) * tick);
  EXPECT_EQ(both->steal_ns, 9 * tick);
  EXPECT_EQ(cpu_times({1}, root)->busy_ns, 19 * tick);
}

TEST_F(CpuTime, IsUnknownForACpuThatIsNotListed) {
  write("/proc/stat", "cpu0 1 2 3 4 5 6 7 8 0 0\n");
  EXPECT_FALSE(cpu_times({0, 1}, root));
  EXPECT_FALSE(cpu_times({0}, root + "/nowhere"));
}

}  // namespace
}  // namespace concbench
