#include "reports/statistics/ranking.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace concbench {

double ns_per_op(const Cell& cell) { return cell.summary->ns_per_op.median; }

bool is_paced(const Cell& cell) {
  if (cell.shape == "timers") return true;
  const auto rate = cell.params.find("rate");
  return cell.shape == "serve" && rate != cell.params.end() &&
         rate->second != ParamValue(std::int64_t{0});
}

std::optional<Estimate> ranking_metric(const Cell& cell) {
  if (!is_paced(cell)) return cell.summary->ns_per_op;
  return cell.latency ? cell.latency->p99_of_processes : std::nullopt;
}

std::optional<double> times_best(const Group& group, const Cell& cell) {
  const auto own = ranking_metric(cell), best = ranking_metric(*group.ranked.front());
  if (!own || !best || best->median <= 0) return std::nullopt;
  return own->median / best->median;
}

namespace {

// In the order of ranks; who does not tell comes last.
auto rank_of(const Cell& cell) {
  const auto value = ranking_metric(cell);
  return std::tuple(!value, value ? value->median : 0, cell.model);
}

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
    std::sort(group.ranked.begin(), group.ranked.end(),
              [](const Cell* a, const Cell* b) { return rank_of(*a) < rank_of(*b); });
    group.serial = serial_for(group, result);
  }
  return groups;
}

}  // namespace concbench
