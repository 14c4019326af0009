// The findings of `concbench doctor` on machines that are made up: each appears and disappears with
// what causes it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cli/commands/doctor/checks.hpp"
#include "cli/commands/doctor/measure_noise.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/quota.hpp"
#include "models/machine/topology.hpp"
#include "tests/fake_machine.hpp"

namespace concbench::checkup {
namespace {

const std::string cpu = "/sys/devices/system/cpu/";
const std::string clocks = "/sys/devices/system/clocksource/clocksource0/";

Finding finding(const std::vector<Finding>& findings, const std::string& id) {
  const auto found = std::ranges::find(findings, id, &Finding::id);
  if (found == findings.end()) throw std::out_of_range("no finding " + id);
  return *found;
}

class Doctor : public FakeMachine {
 protected:
  Evidence evidence() const { return gather(std::chrono::seconds(0), root); }
  Finding found(const std::string& id) const { return finding(examine(evidence()), id); }

  // What the finding is once these are the contents of a file.
  Severity with(const std::string& id, const std::string& path, std::string_view text) const {
    write(path, text);
    return found(id).severity;
  }

  // A server of one's own, set up for measuring.
  void quiet_server() const {
    write("/proc/cpuinfo", "model name\t: Xeon\nmicrocode\t: 0x1\nflags\t\t: fpu tsc\n");
    write("/proc/stat", "cpu0 900 0 100 9000 0 0 0 0 0 0\ncpu1 900 0 100 9000 0 0 0 0 0 0\n");
    write("/proc/self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t0\nCpus_allowed_list:\t0-1\n");
    write("/proc/self/cgroup", "0::/\n");
    write("/proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write("/proc/self/limits", "Max open files            65536    65536    files\n");
    write("/proc/self/maps", "0-1 r-xp\n");
    write("/proc/self/timerslack_ns", "1\n");
    write("/proc/loadavg", "0.01 0.02 0.03 1/100 4711\n");
    write("/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    write("/proc/sys/kernel/randomize_va_space", "2\n");
    write("/proc/sys/kernel/perf_event_paranoid", "1\n");
    write("/proc/sys/kernel/pid_max", "4194304\n");
    write("/proc/sys/vm/max_map_count", "1048576\n");
    write("/proc/sys/vm/overcommit_memory", "0\n");
    write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    write(clocks + "current_clocksource", "tsc\n");
    write(cpu + "possible", "0-1\n");
    write(cpu + "online", "0-1\n");
    write(cpu + "isolated", "1\n");
    write(cpu + "nohz_full", "1\n");
    write(cpu + "smt/active", "0\n");
    write(cpu + "intel_pstate/no_turbo", "1\n");
    for (const char* one : {"cpu0", "cpu1"}) {
      write(cpu + one + "/cpufreq/scaling_governor", "performance\n");
      write(cpu + one + "/thermal_throttle/core_throttle_count", "0\n");
      write(cpu + one + "/thermal_throttle/package_throttle_count", "0\n");
    }
  }

  // Somebody else's virtual machine, full of neighbours.
  void crowded_guest() const {
    write("/proc/cpuinfo", "model name\t: EPYC\nmicrocode\t: 0x1\nflags\t\t: fpu hypervisor\n");
    write(clocks + "available_clocksource", "kvm-clock hpet\n");
    write(clocks + "current_clocksource", "hpet\n");
    write("/proc/stat", "cpu0 800 0 100 9000 0 0 0 100 0 0\n");
    write("/proc/self/status", "Uid:\t1000\t1000\t1000\t1000\nCpus_allowed_list:\t0\n");
    write("/proc/self/cgroup", "0::/job\n");
    write("/proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write("/sys/fs/cgroup/job/cpu.max", "50000 100000\n");
    write("/sys/fs/cgroup/job/cpu.stat", "usage_usec 5\nnr_periods 20\nnr_throttled 7\n");
    write("/proc/self/limits",
          "Max open files            1024    4096    files\n"
          "Max processes             900    900    processes\n");
    write("/proc/self/maps", "0-1 r-xp\n");
    write("/proc/self/timerslack_ns", "50000\n");
    write("/proc/loadavg", "3.20 2.00 1.00 9/900 4711\n");
    write("/proc/sys/kernel/sched_autogroup_enabled", "0\n");
    write("/proc/sys/kernel/randomize_va_space", "0\n");
    write("/proc/sys/kernel/perf_event_paranoid", "3\n");
    write("/proc/sys/vm/max_map_count", "30000\n");
    write("/proc/sys/vm/overcommit_memory", "2\n");
    write("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    write(cpu + "possible", "0-1\n");
    write(cpu + "online", "0-1\n");
    write(cpu + "isolated", "\n");
    write(cpu + "nohz_full", "(null)\n");
    write(cpu + "smt/active", "1\n");
    write(cpu + "cpufreq/boost", "1\n");
    write(cpu + "cpu0/cpufreq/scaling_governor", "schedutil\n");
    write(cpu + "cpu0/thermal_throttle/core_throttle_count", "12\n");
    write(cpu + "cpu0/thermal_throttle/package_throttle_count", "3\n");
  }
};

// No matter of files.
const std::set<std::string> asked_of_kernel{"hardware_counters", "priority", "variables",
                                            "dropped_variables"};

// Everything but what only the running kernel can be asked.
std::map<std::string, Severity> severities(const std::vector<Finding>& findings) {
  std::map<std::string, Severity> all;
  for (const Finding& each : findings) {
    if (!asked_of_kernel.contains(each.id)) all[each.id] = each.severity;
  }
  return all;
}

TEST_F(Doctor, FindsNothingToMendOnAQuietServer) {
  quiet_server();
  for (const auto& [id, severity] : severities(examine(evidence()))) {
    EXPECT_EQ(severity, Severity::ok) << id << ": " << found(id).found;
    EXPECT_EQ(found(id).fix, "") << id;
  }
}

TEST_F(Doctor, FindsEverythingToMendOnACrowdedGuest) {
  crowded_guest();
  const std::set<std::string> warnings{"hypervisor", "steal", "governor", "boost",
                                       "thermal",    "load",  "quota",    "clock_source"};
  for (const auto& [id, severity] : severities(examine(evidence()))) {
    EXPECT_EQ(severity, warnings.contains(id) ? Severity::warning : Severity::note)
        << id << ": " << found(id).found;
    EXPECT_NE(found(id).fix, "") << id;
    EXPECT_NE(found(id).effect, "") << id;
  }
  EXPECT_EQ(found("hypervisor").found, "kvm");
  EXPECT_EQ(found("quota").found, "0.5 CPUs, stopped 7 times");
  EXPECT_EQ(found("governor").found, "schedutil");
  EXPECT_EQ(found("cpuset").found, "CPUs 0 of 0-1");
  EXPECT_EQ(found("steal").found.substr(0, 4), "10 %");
  EXPECT_EQ(found("boost").fix, "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
  EXPECT_EQ(found("thermal").found, "throttled 12 times (cores) and 3 times (package) since boot");
  EXPECT_EQ(found("tasks").fix, "ulimit -u unlimited");
}

TEST_F(Doctor, SaysOfAnEmptyMachineWhyNothingIsAvailable) {
  for (const Finding& each : examine(evidence())) {
    if (each.id == "memory_maps") continue;  // of none that are mapped
    if (asked_of_kernel.contains(each.id)) continue;
    EXPECT_EQ(each.severity, Severity::unavailable) << each.id;
    EXPECT_FALSE(each.found.empty()) << each.id;
  }
}

// One cause at a time, on a machine that is quiet otherwise.
TEST_F(Doctor, NamesEachCauseAndNothingElse) {
  struct Cause {
    const char* id;
    std::string path, bad, good;
    Severity severity;
  };
  const Cause causes[] = {
      {"hypervisor", "/proc/cpuinfo", "flags : hypervisor\n", "flags : fpu\n", Severity::warning},
      {"steal", "/proc/stat", "cpu0 99 0 0 0 0 0 0 1 0 0\ncpu1 0 0 0 0 0 0 0 1 0 0\n",
       "cpu0 1 0 0 0 0 0 0 0 0 0\ncpu1 1 0 0 0 0 0 0 0 0 0\n", Severity::warning},
      {"governor", cpu + "cpu1/cpufreq/scaling_governor", "powersave\n", "performance\n",
       Severity::warning},
      {"boost", cpu + "intel_pstate/no_turbo", "0\n", "1\n", Severity::warning},
      {"thermal", cpu + "cpu1/thermal_throttle/package_throttle_count", "1\n", "0\n",
       Severity::warning},
      {"load", "/proc/loadavg", "1.00 0 0 1/100 1\n", "0.99 0 0 1/100 1\n", Severity::warning},
      {"smt", cpu + "smt/active", "1\n", "0\n", Severity::note},
      {"autogroup", "/proc/sys/kernel/sched_autogroup_enabled", "0\n", "1\n", Severity::note},
      {"quota", "/sys/fs/cgroup/cpu.max", "300000 100000\n", "max 100000\n", Severity::warning},
      {"cpuset", cpu + "online", "0-2\n", "0-1\n", Severity::note},
      {"isolated_cores", cpu + "isolated", "0-1\n", "1\n", Severity::warning},
      {"clock_source", clocks + "current_clocksource", "acpi_pm\n", "kvm-clock\n",
       Severity::warning},
      {"timer", "/proc/self/timerslack_ns", "50000\n", "1000\n", Severity::note},
      {"aslr", "/proc/sys/kernel/randomize_va_space", "0\n", "1\n", Severity::note},
      {"huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled", "[always] never\n",
       "always [never]\n", Severity::note},
      {"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", "2\n", "-1\n",
       Severity::note},
      {"tasks", "/proc/sys/kernel/pid_max", "9999\n", "99999\n", Severity::note},
      {"memory_maps", "/proc/sys/vm/max_map_count", "30000\n", "65530\n", Severity::note},
      {"descriptors", "/proc/self/limits", "Max open files   1024   4096   files\n",
       "Max open files   8192   8192   files\n", Severity::note},
      {"overcommit", "/proc/sys/vm/overcommit_memory", "2\n", "1\n", Severity::note},
  };
  quiet_server();
  std::set<std::string> tried = asked_of_kernel;
  for (const Cause& cause : causes) {
    write(cause.path, cause.bad);
    for (const auto& [id, severity] : severities(examine(evidence()))) {
      EXPECT_EQ(severity, id == cause.id ? cause.severity : Severity::ok)
          << id << " with " << cause.path << ": " << found(id).found;
    }
    EXPECT_EQ(with(cause.id, cause.path, cause.good), Severity::ok) << cause.id;
    tried.insert(cause.id);
  }
  for (const Finding& each : examine(evidence())) EXPECT_TRUE(tried.contains(each.id)) << each.id;
}

TEST_F(Doctor, KnowsAQuotaOfControlGroupsVersion1) {
  quiet_server();
  write("/proc/self/cgroup", "4:cpu,cpuacct:/job\n0::/\n");
  write("/proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
  write("/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(with("quota", "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "150000\n"),
            Severity::warning);
  EXPECT_EQ(found("quota").found, "1.5 CPUs");
  EXPECT_EQ(with("quota", "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n"), Severity::ok);
}

// A quota of the process's own group, or of the group above it, by either version of control
// groups.
struct Quota {
  int version;
  const char* group;
  double cpus;
  int workers;  // that --cores has by itself on eight cores
};

class AQuota : public Doctor, public testing::WithParamInterface<Quota> {};

TEST_P(AQuota, IsAgreedUponByTheDefaultOfCoresAndTheDoctor) {
  const auto [version, group, cpus, workers] = GetParam();
  quiet_server();
  const int us = static_cast<int>(cpus * 100'000);
  if (version == 2) {
    write("/proc/self/cgroup", "0::/parent/own\n");
    write(fmt::format("/sys/fs/cgroup/{}/cpu.max", group), fmt::format("{} 100000\n", us));
  } else {
    write("/proc/self/cgroup", "4:cpu,cpuacct:/parent/own\n0::/\n");
    write("/proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
    const std::string folder = fmt::format("/sys/fs/cgroup/cpu/{}/", group);
    write(folder + "cpu.cfs_period_us", "100000\n");
    write(folder + "cpu.cfs_quota_us", fmt::format("{}\n", us));
  }
  EXPECT_EQ(found("quota").severity, Severity::warning);
  EXPECT_EQ(found("quota").found, fmt::format("{} CPUs", cpus));
  Topology machine = describe_machine("synthetic:core:8 pu:1");
  machine.quota_cpus = cgroup_quota(root);
  ASSERT_TRUE(machine.quota_cpus);
  EXPECT_DOUBLE_EQ(*machine.quota_cpus, cpus);
  EXPECT_EQ(machine.usable_cores(), workers);
  EXPECT_EQ(place(machine, {.cpus = {}}).workers.size(), static_cast<std::size_t>(workers));
}

INSTANTIATE_TEST_SUITE_P(Doctor, AQuota,
                         testing::Values(Quota{1, "parent", 0.5, 1}, Quota{1, "parent", 1, 1},
                                         Quota{1, "parent", 1.5, 1}, Quota{1, "parent/own", 0.5, 1},
                                         Quota{1, "parent/own", 1, 1},
                                         Quota{1, "parent/own", 1.5, 1}, Quota{2, "parent", 0.5, 1},
                                         Quota{2, "parent", 1, 1}, Quota{2, "parent", 1.5, 1},
                                         Quota{2, "parent/own", 0.5, 1},
                                         Quota{2, "parent/own", 1, 1},
                                         Quota{2, "parent/own", 1.5, 1},
                                         Quota{2, "parent/own", 2.5, 2}));

TEST_F(Doctor, ToldOfIsolatedCoresThatAreNotUsedSaysHowToUseThem) {
  quiet_server();
  write("/proc/self/status", "Cpus_allowed_list:\t0\n");
  EXPECT_EQ(found("isolated_cores").severity, Severity::note);
  EXPECT_EQ(found("isolated_cores").fix, "taskset --cpu-list 1 concbench run --cores=1");
  EXPECT_EQ(with("isolated_cores", cpu + "isolated", "\n"), Severity::ok) << "still without ticks";
  EXPECT_EQ(with("isolated_cores", cpu + "nohz_full", "(null)\n"), Severity::note);
}

TEST_F(Doctor, ExemptsWhoMayReadCountersAnyway) {
  quiet_server();
  write("/proc/sys/kernel/perf_event_paranoid", "4\n");
  EXPECT_EQ(with("perf_event_paranoid", "/proc/self/status", "CapEff:\t0000004000000000\n"),
            Severity::ok);
  EXPECT_EQ(with("perf_event_paranoid", "/proc/self/status", "CapEff:\t0000000000000001\n"),
            Severity::note);
}

TEST(DoctorPriority, WarnsOfAnyButTheUsualOne) {
  Evidence evidence;
  evidence.environment.notes = read_environment("/nowhere").notes;
  const auto found = [&](std::optional<int> niceness, std::optional<std::string> policy) {
    evidence.environment.niceness = niceness;
    evidence.environment.policy = std::move(policy);
    return finding(examine(evidence), "priority");
  };
  EXPECT_EQ(found({}, {}).severity, Severity::unavailable);
  EXPECT_EQ(found(0, "other").severity, Severity::ok);
  EXPECT_EQ(found(5, "other").severity, Severity::warning);
  EXPECT_EQ(found(5, "other").found, "niceness 5, policy other");
  EXPECT_EQ(found(0, "fifo").severity, Severity::warning);
}

TEST(DoctorVariables, NotesThoseThatChangeNumbersAndThoseThatAreKeptFromWorkers) {
  Evidence evidence;
  evidence.environment.notes = read_environment("/nowhere").notes;
  EXPECT_EQ(finding(examine(evidence), "variables").severity, Severity::ok);
  EXPECT_EQ(finding(examine(evidence), "dropped_variables").severity, Severity::ok);
  evidence.environment.variables = {{"GOGC", "50"}};
  evidence.environment.dropped_variables = {"OMP_PLACES"};
  EXPECT_EQ(finding(examine(evidence), "variables").severity, Severity::note);
  EXPECT_EQ(finding(examine(evidence), "variables").found, "GOGC=50");
  EXPECT_EQ(finding(examine(evidence), "dropped_variables").found, "OMP_PLACES");
}

TEST(DoctorCounters, AreMissingAllOrSomeOrNone) {
  Evidence evidence;
  evidence.environment.notes = read_environment("/nowhere").notes;
  const auto found = [&] { return finding(examine(evidence), "hardware_counters"); };
  EXPECT_EQ(found().severity, Severity::unavailable);
  evidence.counters = {{"cycles", "no such counter"}, {"cache_misses", "no such counter"}};
  EXPECT_EQ(found().severity, Severity::unavailable);
  EXPECT_EQ(found().found, "cache_misses, cycles: no such counter");
  evidence.counters = {{"cycles", ""}, {"cache_misses", "no such counter"}};
  EXPECT_EQ(found().severity, Severity::note);
  evidence.counters = {{"cycles", ""}, {"cache_misses", ""}};
  EXPECT_EQ(found().severity, Severity::ok);
}

TEST_F(Doctor, WarnsOfAClockThatTicks) {
  quiet_server();
  Evidence evidence = this->evidence();
  evidence.clock_resolution_ns = 4'000'000;
  EXPECT_EQ(finding(examine(evidence), "timer").severity, Severity::warning);
  evidence.clock_resolution_ns = 1;
  EXPECT_EQ(finding(examine(evidence), "timer").severity, Severity::ok);
}

class ActivityOf : public FakeMachine {
 protected:
  void process(int pid, const std::string& name, int user, int system) const {
    write("/proc/" + std::to_string(pid) + "/stat",
          std::to_string(pid) + " (" + name + ") R 1 2 3 4 5 6 7 8 9 10 " + std::to_string(user) +
              " " + std::to_string(system) + " 0 0 20 0\n");
  }
  // Ticks of 10 ms, as sysconf says on every Linux of today.
  void times(int busy, int steal) const {
    write("/proc/stat", "cpu0 " + std::to_string(busy) + " 0 0 0 0 0 0 " + std::to_string(steal) +
                            " 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n");
  }
};

TEST_F(ActivityOf, NamesTheBusiestProcessesAndWhatTheHostTook) {
  times(100, 10);
  process(10, "cc1plus", 500, 0);
  process(11, "idle one", 9'000, 0);
  const Snapshot before = take_snapshot({0, 1}, root);
  times(160, 20);
  process(10, "cc1plus", 530, 5);
  process(12, "new) S (one\x1b", 20, 0);
  process(13, "small", 3, 0);
  process(14, "smaller", 2, 0);
  const Activity found = activity_between(before, take_snapshot({0, 1}, root), 1, 2);
  EXPECT_DOUBLE_EQ(*found.busy_share, 0.3);
  EXPECT_DOUBLE_EQ(*found.steal_share, 0.05);
  ASSERT_EQ(found.busiest.size(), 3U);
  EXPECT_EQ(found.busiest[0].name, "cc1plus");
  EXPECT_EQ(found.busiest[0].pid, 10);
  EXPECT_DOUBLE_EQ(found.busiest[0].cpus, 0.35);
  EXPECT_EQ(found.busiest[1].name, "new) S (one?");
  EXPECT_EQ(found.busiest[2].name, "small");
}

TEST_F(ActivityOf, IsUnknownWhereProcStatIsHidden) {
  const Activity found = activity_between(take_snapshot({0}, root), take_snapshot({0}, root), 1, 1);
  EXPECT_FALSE(found.busy_share || found.steal_share);
  EXPECT_TRUE(found.busiest.empty());
}

TEST(DoctorLoad, IsWhatOthersUseNowAndWho) {
  Evidence evidence;
  evidence.allowed = {0, 1};
  evidence.environment.notes = read_environment("/nowhere").notes;
  evidence.environment.load_1min = 0.2;
  evidence.activity = {0.02, 0.0, {}};
  EXPECT_EQ(finding(examine(evidence), "load").severity, Severity::ok);
  evidence.activity = {0.5, 0.0, {{42, "make", 0.98}}};
  EXPECT_EQ(finding(examine(evidence), "load").severity, Severity::warning);
  EXPECT_EQ(
      finding(examine(evidence), "load").found,
      "0.20 over the last minute; now 50 % of the CPUs are in use, by make (process 42) 98 %");
}

TEST(MeasuredNoise, IsOfFixedWorkOnEachOfTheCpus) {
  const std::vector<int> cpus = os::allowed_cpus();
  const Noise noise = measure_noise(cpus);
  EXPECT_EQ(noise.cpus, cpus);
  EXPECT_GT(noise.slices, 0);
  EXPECT_GT(noise.median_ns, 100'000);
  EXPECT_GE(noise.range99, 0);
  EXPECT_GT(noise.gap_ns, 0);
  EXPECT_EQ(std::ranges::count(cpus, noise.gap_cpu), 1);
  EXPECT_GT(noise.clock_read_ns, 0);
  EXPECT_LT(noise.clock_read_ns, static_cast<double>(noise.gap_ns));
  EXPECT_EQ(os::allowed_cpus(), cpus) << "the caller is left pinned";
}

TEST(MeasuredNoise, OfACpuThatIsNotThereIsAnError) {
  EXPECT_THROW(measure_noise({os::allowed_cpus().front(), 65'000}), std::system_error);
}

}  // namespace
}  // namespace concbench::checkup
