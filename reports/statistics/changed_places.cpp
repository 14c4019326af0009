#include "reports/statistics/changed_places.hpp"

#include <set>
#include <utility>

namespace concbench {
namespace {

using Order = std::set<std::pair<std::string, std::string>>;  // who is surely ahead of whom

bool is_surely_ahead(const Standing& one, const Standing& other) {
  return one.processes > 1 && other.processes > 1 && one.needs.high < other.needs.low;
}

std::map<std::string, Order> orders_of(const std::vector<Standing>& standings) {
  std::map<std::string, Order> by_work;
  for (const Standing& one : standings) {
    for (const Standing& other : standings) {
      if (one.work == other.work && is_surely_ahead(one, other)) {
        by_work[one.work].emplace(one.model, other.model);
      }
    }
  }
  return by_work;
}

}  // namespace

std::vector<ChangedPlaces> changed_places(
    const std::map<std::string, std::vector<Standing>>& standings) {
  std::map<std::string, std::map<std::string, Order>> orders;  // by machine and work
  for (const auto& [machine, all] : standings) orders[machine] = orders_of(all);

  std::vector<ChangedPlaces> changed;
  for (auto here = orders.begin(); here != orders.end(); ++here) {
    for (auto there = std::next(here); there != orders.end(); ++there) {
      for (const auto& [work, order] : here->second) {
        const auto elsewhere = there->second.find(work);
        if (elsewhere == there->second.end()) continue;
        for (const auto& [ahead, behind] : order) {
          if (elsewhere->second.contains({behind, ahead})) {
            changed.push_back({work, ahead, behind, here->first, there->first});
          }
        }
      }
    }
  }
  return changed;
}

}  // namespace concbench
