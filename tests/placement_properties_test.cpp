// What each layout promises, held on many machines under many affinity masks.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <set>

#include "models/machine/topology.hpp"

namespace concbench {
namespace {

using Pus = std::vector<Pu>;
using Path = std::vector<int>;

// Where a PU is, down to and with the given number of levels.
Path path_of(const Pu& pu, std::size_t levels) {
  return {pu.above.begin(), pu.above.begin() + static_cast<std::ptrdiff_t>(levels)};
}

Pus allowed_of(const Topology& machine) {
  Pus found;
  std::copy_if(machine.pus.begin(), machine.pus.end(), std::back_inserter(found),
               [](const Pu& pu) { return pu.allowed; });
  return found;
}

Pus one_a_core(const Pus& pus) {
  std::map<int, Pu> firsts;
  for (const Pu& pu : pus) firsts.try_emplace(pu.core, pu);
  Pus found;
  for (const auto& [core, pu] : firsts) found.push_back(pu);
  return found;
}

std::vector<std::size_t> sizes_of_cores(const Pus& pus) {
  std::map<int, std::size_t> sizes;
  for (const Pu& pu : pus) ++sizes[pu.core];
  std::vector<std::size_t> found;
  for (const auto& [core, size] : sizes) found.push_back(size);
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::size_t cores_of(const Pus& pus) { return sizes_of_cores(pus).size(); }

Pus laid(const Topology& machine, std::size_t workers, Layout layout) {
  return place(machine, {.workers = static_cast<int>(workers), .layout = layout, .cpus = {}})
      .workers;
}

// A machine, and the same under masks that leave a third, two thirds and nearly all of it, with
// cores alike and of three kinds.
std::vector<Topology> variants_of(const std::string& description, unsigned seed) {
  std::mt19937 random(seed);
  const Topology whole = describe_machine("synthetic:" + description);
  std::vector<Topology> variants{whole};
  for (const unsigned percent : {33U, 66U, 90U, 100U}) {
    for (int repetition = 0; repetition < 4; ++repetition) {
      Topology machine = whole;
      if (repetition % 2) {
        machine.core_kinds = 3;
        std::vector<int> kinds(static_cast<std::size_t>(machine.cores));
        for (int& kind : kinds) kind = static_cast<int>(random() % 3);
        for (Pu& pu : machine.pus) pu.kind = kinds[static_cast<std::size_t>(pu.core)];
      }
      for (Pu& pu : machine.pus) pu.allowed = random() % 100 < percent;
      if (!allowed_of(machine).empty()) variants.push_back(machine);
    }
  }
  return variants;
}

class Layouts : public testing::TestWithParam<std::string> {
 protected:
  // For every variant and every number of workers that the layout has room for.
  template <class Check>
  void for_all(Layout layout, const Check& check) {
    for (const unsigned seed : {1U, 2U}) {
      for (const Topology& machine : variants_of(GetParam(), seed)) {
        const Pus allowed = allowed_of(machine);
        const std::size_t room = layout == Layout::smt ? allowed.size() : cores_of(allowed);
        for (std::size_t workers = 1; workers <= room; ++workers) {
          SCOPED_TRACE(testing::Message()
                       << workers << " workers on CPUs " << cpu_list(machine.allowed()));
          const Pus used = laid(machine, workers, layout);
          ASSERT_EQ(used.size(), workers);
          std::set<int> cpus;
          for (const Pu& pu : used) {
            ASSERT_TRUE(pu.allowed);
            ASSERT_TRUE(cpus.insert(pu.cpu).second) << pu.cpu << " is used twice";
          }
          check(machine, allowed, used);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
};

TEST_P(Layouts, SmtUsesAsFewCoresAsCanHoldAll) {
  for_all(Layout::smt, [](const Topology&, const Pus& allowed, const Pus& used) {
    std::size_t needed = 0, held = 0;
    const auto sizes = sizes_of_cores(allowed);
    while (held < used.size()) held += sizes[needed++];
    ASSERT_EQ(cores_of(used), needed);
  });
}

TEST_P(Layouts, SmtPutsSiblingsSideBySide) {
  for_all(Layout::smt, [](const Topology&, const Pus&, const Pus& used) {
    std::size_t changes = 1;
    for (std::size_t i = 1; i < used.size(); ++i) changes += used[i].core != used[i - 1].core;
    ASSERT_EQ(changes, cores_of(used));
  });
}

TEST_P(Layouts, SpreadIsEvenAtEveryLevel) {
  for_all(Layout::spread, [](const Topology& machine, const Pus& allowed, const Pus& used) {
    ASSERT_EQ(cores_of(used), used.size());
    for (std::size_t level = 1; level <= machine.levels.size(); ++level) {
      std::map<Path, int> room, taken;
      for (const Pu& pu : one_a_core(allowed)) ++room[path_of(pu, level)];
      for (const Pu& pu : used) ++taken[path_of(pu, level)];
      for (const auto& [more, of_more] : room) {
        for (const auto& [fewer, of_fewer] : room) {
          if (!std::equal(more.begin(), more.end() - 1, fewer.begin())) continue;  // no siblings
          ASSERT_TRUE(taken[more] <= taken[fewer] + 1 || taken[fewer] == of_fewer)
              << machine.levels[level - 1] << " " << more.back() << " has " << taken[more]
              << " workers, " << fewer.back() << " has " << taken[fewer];
        }
      }
    }
  });
}

// The parts used at each level down to L3 caches, then of one kind, then how weak they are.
std::vector<int> scatter(const Topology& machine, const Pus& used) {
  std::vector<int> counts;
  std::size_t level = 1;
  for (; level <= machine.levels.size() && machine.levels[level - 1] != "L2Cache"; ++level) {
    std::set<Path> parts;
    for (const Pu& pu : used) parts.insert(path_of(pu, level));
    counts.push_back(static_cast<int>(parts.size()));
  }
  std::set<Path> kinds;
  int weakness = 0;
  for (const Pu& pu : used) {
    Path path = path_of(pu, level - 1);
    path.push_back(pu.kind);
    kinds.insert(path);
    weakness -= pu.kind;
  }
  counts.push_back(static_cast<int>(kinds.size()));
  counts.push_back(weakness);
  return counts;
}

TEST_P(Layouts, CompactScattersWorkersLessThanAnyOtherChoiceOfCores) {
  const auto least = [](const Topology& machine, const Pus& cores, int workers) {
    std::vector<int> best;
    for (unsigned choice = 1; choice < 1U << cores.size(); ++choice) {
      if (std::popcount(choice) != workers) continue;
      Pus chosen;
      for (std::size_t i = 0; i < cores.size(); ++i) {
        if (choice >> i & 1) chosen.push_back(cores[i]);
      }
      const auto counts = scatter(machine, chosen);
      if (best.empty() || counts < best) best = counts;
    }
    return best;
  };
  for_all(Layout::compact, [&](const Topology& machine, const Pus& allowed, const Pus& used) {
    const Pus cores = one_a_core(allowed);
    ASSERT_EQ(cores_of(used), used.size());
    if (cores.size() > 8) return;  // too many choices to try them all
    ASSERT_EQ(scatter(machine, used), least(machine, cores, static_cast<int>(used.size())));
  });
}

INSTANTIATE_TEST_SUITE_P(
    ManyMachines, Layouts,
    testing::Values("Core:6 PU:2", "Package:2 NUMANode:1 L3Cache:2 Core:2 PU:2",
                    "Package:4 Core:2 PU:4", "Package:2 Die:2 L3Cache:1 Core:3 PU:2",
                    "Package:1 Group:2 Group:2 Core:3 PU:1", "NUMANode:2 Package:2 Core:2 PU:2",
                    "Package:2 L3Cache:2 L2Cache:2 Core:2 PU:8", "Package:2 NUMANode:4 Core:1 PU:2",
                    "Package:2 NUMANode:2 Die:2 L2Cache:1 Core:2 PU:1"),
    [](const auto& info) { return "Machine" + std::to_string(info.index); });

}  // namespace
}  // namespace concbench
