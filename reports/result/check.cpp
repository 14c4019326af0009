#include "reports/result/check.hpp"

#include <algorithm>
#include <span>

#include "reports/statistics/statistics.hpp"

namespace concbench {

Judgement judge(const CheckedCell& cell, const Rule& rule) {
  Judge judge(rule);
  std::size_t used = 0;
  while (used < cell.pairs.size() && !judge.decided()) judge.add(log_ratio(cell.pairs[used++]));
  Judgement judgement = judge.conclude(cell.ended);
  if (judgement.verdict == Verdict::inconclusive) {
    const auto pairs = std::span(cell.pairs).first(used);
    for (const std::string& phrase : disturbances(pairs, cell.cpus.size())) {
      judgement.reason += "; " + phrase;
    }
  }
  return judgement;
}

Verdict overall(const Check& check) {
  constexpr Verdict worst_first[] = {
      Verdict::incomparable, Verdict::regression,  Verdict::failed,     Verdict::missing,
      Verdict::inconclusive, Verdict::improvement, Verdict::equivalent,
  };
  for (const Verdict verdict : worst_first) {
    const bool there = std::ranges::any_of(
        check.cells, [&](const CheckedCell& cell) { return cell.judgement.verdict == verdict; });
    if (there) return verdict;
  }
  return Verdict::skipped;
}

double ns_per_op(const CheckedCell& cell, std::vector<std::int64_t> Pair::*side) {
  std::vector<double> medians;
  for (const Pair& pair : cell.pairs) {
    const auto& slices = pair.*side;
    medians.push_back(median({slices.begin(), slices.end()}));
  }
  return median(std::move(medians)) / static_cast<double>(cell.iterations) /
         static_cast<double>(cell.ops);
}

}  // namespace concbench
