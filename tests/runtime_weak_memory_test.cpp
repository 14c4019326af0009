// The runtime's memory orders. Its protocols hold although loads find what is old; and of the code
// with one order weaker by a step, or with one wake left out, each is either found out by a
// scenario or stands in docs/reliability.md with the reason why it is as good.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "models/runtime/sanitizers.hpp"
#include "tests/paths.hpp"
#include "tests/runtime_scenarios.hpp"

#if !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN) && defined(__OPTIMIZE__)

namespace concbench::model_check {
namespace {

template <class Scenario>
void expect_to_hold(const Bounds& bounds) {
  const Verdict verdict = explore<Scenario>(bounds);
  EXPECT_TRUE(verdict.holds) << verdict.why;
  testing::Test::RecordProperty("orders", std::to_string(verdict.executions));
}

TEST(WeakMemory, KeepsTheLock) { expect_to_hold<Section<true>>({3, 2}); }
TEST(WeakMemory, KeepsTheDeque) { expect_to_hold<Stealing<4>>({3, 1}); }
TEST(WeakMemory, KeepsTheJoin) { expect_to_hold<Joining>({3, 2}); }
TEST(WeakMemory, KeepsTheStolenTask) { expect_to_hold<Awaiting>({3, 2}); }
TEST(WeakMemory, KeepsRequests) {
  expect_to_hold<Requests<Insists::always>>({3, 2});
  expect_to_hold<Requests<Insists::always, 2>>({2, 1});
}
TEST(WeakMemory, KeepsWhatIsShared) { expect_to_hold<Sharing>({2, 2}); }
TEST(WeakMemory, KeepsWhatIsSent) {
  expect_to_hold<Sending>({2, 2});
  expect_to_hold<SharingAndSending>({2, 2});
}
TEST(WeakMemory, WakesAsManyAsThereIsWorkFor) { expect_to_hold<Burst>({2, 1}); }
TEST(WeakMemory, KeepsDeadlines) {
  expect_to_hold<Deadlines>({2, 1});
  expect_to_hold<Rearming>({3, 2});
}

// ---- Mutants

struct Scenario {
  std::string_view name;
  Verdict (*explore)(const Bounds&, const Mutant*, std::vector<Site>*);
  Bounds bounds;
};

// The cheapest first; within bounds at which all mutants together take a minute.
constexpr Scenario scenarios[] = {
    {"Section", explore<Section<true>>, {2, 1}},
    {"Joining", explore<Joining>, {3, 2}},
    {"Awaiting", explore<Awaiting>, {3, 2}},
    {"Requests", explore<Requests<Insists::always>>, {3, 1}},
    {"Rearming", explore<Rearming>, {3, 2}},
    {"Stealing", explore<Stealing<4>>, {2, 1}},
    {"Sharing", explore<Sharing>, {2, 1}},
    {"Sending", explore<Sending>, {2, 1}},
    {"SharingAndSending", explore<SharingAndSending>, {2, 1}},
    {"Burst", explore<Burst>, {1, 1}},
    {"Deadlines", explore<Deadlines>, {1, 1}},
};

constexpr std::string_view folder = "models/runtime/";

// Those of the product that the scenario comes to.
std::vector<Site> sites_of(const Scenario& scenario) {
  std::vector<Site> sites;
  EXPECT_TRUE(scenario.explore(scenario.bounds, nullptr, &sites).holds);
  std::erase_if(sites, [](const Site& site) {
    return std::string_view(site.where.file_name()).find(folder) == std::string_view::npos;
  });
  return sites;
}

std::string line_of(const Site& site) {
  const std::string path = site.where.file_name();
  std::ifstream file(in_source(path.substr(path.find(folder))));
  std::string line;
  for (unsigned i = 0; i < site.where.line(); ++i) std::getline(file, line);
  return line;
}

// "parking.hpp, unpark: searching_.fetch_add".
std::string name_of(const Site& site) {
  const std::string path = site.where.file_name(), line = line_of(site);
  std::string function = site.where.function_name();
  function = function.substr(0, function.find('('));
  function = function.substr(function.find_last_of(": ") + 1);
  const std::size_t end = site.where.column() - 1;
  const std::size_t begin = line.find_last_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:->", end - 1);
  return path.substr(path.rfind('/') + 1) + ", " + function + ": " +
         line.substr(begin + 1, end - begin - 1) + (site.of_failure ? ", failing" : "");
}

std::string name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    default: return "seq_cst";
  }
}

// "| what is mutated | from → to |", the beginning of a row of the table.
std::string row_of(const Mutant& mutant) {
  const std::string change = mutant.site.operation == Operation::wake
                                 ? "left out"
                                 : name_of(mutant.site.order) + " → " + name_of(mutant.order);
  return "| `" + name_of(mutant.site) + "` | " + change + " | ";
}

// What finds the mutant out: "found out by Sharing: nobody can go on", or "".
std::string killer_of(const Mutant& mutant,
                      const std::map<std::string_view, std::vector<Site>>& sites) {
  for (const Scenario& scenario : scenarios) {
    const std::vector<Site>& there = sites.at(scenario.name);
    if (std::find(there.begin(), there.end(), mutant.site) == there.end()) continue;
    const Verdict verdict = scenario.explore(scenario.bounds, &mutant, nullptr);
    if (!verdict.holds) {
      return "found out by " + std::string(scenario.name) + ": " +
             verdict.why.substr(0, verdict.why.find(';'));
    }
  }
  return "";
}

// Whether the table has a row that begins like that.
bool documents(const std::string& page, const std::string& row) {
  return page.find("\n" + row) != std::string::npos;
}

TEST(WeakMemory, NeedsEachOrderThatIsNotExcused) {
  std::map<std::string_view, std::vector<Site>> sites;
  std::vector<Site> all;
  for (const Scenario& scenario : scenarios) {
    for (const Site& site : sites[scenario.name] = sites_of(scenario)) {
      if (std::find(all.begin(), all.end(), site) == all.end()) all.push_back(site);
    }
  }
  std::sort(all.begin(), all.end(), [](const Site& a, const Site& b) {
    return std::pair(name_of(a), a.where.line()) < std::pair(name_of(b), b.where.line());
  });

  std::ostringstream page_text;
  page_text << std::ifstream(in_source("docs/reliability.md")).rdbuf();
  const std::string page = page_text.str();
  unsigned killed = 0, excused = 0;
  for (const Site& site : all) {
    for (const std::memory_order order : weaker(site)) {
      const Mutant mutant{site, order};
      const std::string row = row_of(mutant), killer = killer_of(mutant, sites);
      if (killer.empty()) {
        ++excused;
        EXPECT_TRUE(documents(page, row + "as good: ") || documents(page, row + "unseen: "))
            << "nothing finds out\n"
            << row;
      } else {
        ++killed;
        EXPECT_TRUE(documents(page, row + killer + " |\n")) << row << killer << " |";
      }
    }
  }
  std::cout << killed << " mutants found out, " << excused << " excused\n";
  const std::string summary = std::to_string(killed + excused) +
                              " mutants: " + std::to_string(killed) + " found out, " +
                              std::to_string(excused) + " excused";
  EXPECT_NE(page.find(summary), std::string::npos) << summary;
}

}  // namespace
}  // namespace concbench::model_check

#endif
