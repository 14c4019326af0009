#include "reports/ranking.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace concbench {

double ns_per_op(const Cell& cell) { return cell.summary->ns_per_op.median; }

namespace {

bool is_ranked(const Cell& cell) { return cell.status == Status::ok && cell.summary; }

const Cell* serial_for(const Group& group, const Result& result) {
  const Cell* elsewhere = nullptr;
  for (const Cell& cell : result.cells) {
    if (cell.model != "serial" || !is_ranked(cell)) continue;
    if (cell.workload != group.any().workload || cell.params != group.any().params) continue;
    if (std::find(group.ranked.begin(), group.ranked.end(), &cell) != group.ranked.end())
      return &cell;
    if (!elsewhere) elsewhere = &cell;
  }
  return elsewhere;
}

}  // namespace

std::vector<Group> groups_of(const Result& result) {
  std::vector<Group> groups;
  const auto key = [](const Cell& cell) {
    return std::tie(cell.workload, cell.params, cell.cores, cell.layout, cell.oversubscribed);
  };
  std::map<decltype(key(result.cells.front())), std::size_t> index;
  for (const Cell& cell : result.cells) {
    const auto [place, is_new] = index.emplace(key(cell), groups.size());
    if (is_new) groups.emplace_back();
    Group& group = groups[place->second];
    (is_ranked(cell) ? group.ranked : group.unranked).push_back(&cell);
  }
  for (Group& group : groups) {
    std::sort(group.ranked.begin(), group.ranked.end(), [](const Cell* a, const Cell* b) {
      return std::pair(ns_per_op(*a), a->model) < std::pair(ns_per_op(*b), b->model);
    });
    group.serial = serial_for(group, result);
  }
  return groups;
}

}  // namespace concbench
