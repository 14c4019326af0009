#include "models/machine/gathering.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

namespace concbench {
namespace {

// What it costs to take 0, 1, 2, … PUs out of a part: a row each, whose columns are compared from
// the left.
class Costs {
 public:
  Costs(std::size_t columns, std::size_t most)
      : columns_(columns), cells_((most + 1) * columns, 0) {}

  std::size_t most() const { return cells_.size() / columns_ - 1; }
  std::size_t columns() const { return columns_; }
  int* operator[](std::size_t taken) { return &cells_[taken * columns_]; }
  const int* operator[](std::size_t taken) const { return &cells_[taken * columns_]; }

 private:
  std::size_t columns_;
  std::vector<int> cells_;
};

// The levels to choose by, and where their costs stand in a row.
struct Scale {
  std::vector<Level> levels;
  std::size_t kind;  // which of the levels is that of kinds
  int most_powerful;
  std::size_t wanted;

  static constexpr std::size_t cores = 0;
  std::size_t weakness() const { return kind + 2; }
  std::size_t column(std::size_t level) const { return level + (level > kind ? 2 : 1); }
  std::size_t columns() const { return levels.size() + 2; }
};

// A part of the machine, and the cheapest way to take any number of PUs out of it.
class Part {
 public:
  // The PUs are alike at all levels before `level`.
  Part(const Pus& pus, const Scale& scale, std::size_t level)
      : costs_(scale.columns(), std::min(pus.size(), scale.wanted)) {
    const auto groups =
        level < scale.levels.size() ? split(pus, scale.levels[level]) : std::vector<Pus>{};
    const bool of_cores = std::all_of(groups.begin(), groups.end(), [](const Pus& group) {
      return std::all_of(group.begin(), group.end(),
                         [&](const Pu& pu) { return pu.core == group.front().core; });
    });
    if (of_cores && level > scale.kind) {
      fill_cores(pus, scale, level);
    } else {
      join_parts(groups, scale, level);
    }
  }

  Pus take(std::size_t count) const {
    if (parts_.empty()) return {pus_.begin(), pus_.begin() + static_cast<std::ptrdiff_t>(count)};
    std::vector<std::pair<std::size_t, const Part*>> shares;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      shares.emplace_back(from_[i][count], &parts_[i]);
      count -= from_[i][count];
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    Pus taken;
    for (const auto& [share, part] : shares) {
      const Pus some = part->take(share);
      taken.insert(taken.end(), some.begin(), some.end());
    }
    return taken;
  }

 private:
  // Nothing groups the cores further: those with the most PUs first.
  void fill_cores(const Pus& pus, const Scale& scale, std::size_t level) {
    auto cores = split(pus, std::mem_fn(&Pu::core));
    std::stable_sort(cores.begin(), cores.end(),
                     [](const Pus& a, const Pus& b) { return a.size() > b.size(); });
    int used = 0;
    for (const Pus& core : cores) {
      ++used;
      for (const Pu& pu : core) {
        pus_.push_back(pu);
        if (pus_.size() > costs_.most()) return;
        int* const row = costs_[pus_.size()];
        row[Scale::cores] = used;
        row[scale.weakness()] = static_cast<int>(pus_.size()) * (scale.most_powerful - pu.kind);
        for (std::size_t i = level; i < scale.levels.size(); ++i) row[scale.column(i)] = used;
      }
    }
  }

  void join_parts(const std::vector<Pus>& groups, const Scale& scale, std::size_t level) {
    for (const Pus& group : groups) {
      Part& part = parts_.emplace_back(group, scale, level + 1);
      for (std::size_t taken = 1; taken <= part.costs_.most(); ++taken) {
        ++part.costs_[taken][scale.column(level)];
      }
    }
    from_.resize(parts_.size());
    Costs rest(scale.columns(), 0);  // of the parts after the one that is being joined
    for (std::size_t i = parts_.size(); i-- > 0;) {
      rest = join(std::exchange(parts_[i].costs_, Costs(1, 0)), rest, scale.wanted, from_[i]);
    }
    costs_ = std::move(rest);
  }

  // The cheapest division of each number between two; `from_first` is what the first one gives.
  static Costs join(const Costs& first, const Costs& second, std::size_t wanted,
                    std::vector<std::uint32_t>& from_first) {
    const std::size_t columns = first.columns();
    Costs both(columns, std::min(first.most() + second.most(), wanted));
    from_first.resize(both.most() + 1);
    for (std::size_t total = 0; total <= both.most(); ++total) {
      const std::size_t most = std::min(total, first.most());
      const std::size_t least = total - std::min(total, second.most());
      std::size_t best = most;
      for (std::size_t share = most; share-- > least;) {
        if (cheaper(first[share], second[total - share], first[best], second[total - best],
                    columns)) {
          best = share;
        }
      }
      from_first[total] = static_cast<std::uint32_t>(best);
      std::transform(first[best], first[best] + columns, second[total - best], both[total],
                     std::plus<>{});
    }
    return both;
  }

  // Whether a + b stands before c + d.
  static bool cheaper(const int* a, const int* b, const int* c, const int* d, std::size_t columns) {
    for (std::size_t i = 0; i < columns; ++i) {
      const int left = a[i] + b[i], right = c[i] + d[i];
      if (left != right) return left < right;
    }
    return false;
  }

  Pus pus_;                                       // in the order in which they are taken
  std::vector<Part> parts_;                       // or the parts that they are taken from
  std::vector<std::vector<std::uint32_t>> from_;  // part → number wanted of it and all after → its
  Costs costs_;
};

}  // namespace

Pus gather(const Pus& pus, const std::vector<Level>& outer, const std::vector<Level>& inner,
           std::size_t wanted) {
  Scale scale{.levels = outer, .kind = outer.size(), .most_powerful = 0, .wanted = wanted};
  scale.levels.emplace_back(&Pu::kind);
  scale.levels.insert(scale.levels.end(), inner.begin(), inner.end());
  for (const Pu& pu : pus) scale.most_powerful = std::max(scale.most_powerful, pu.kind);
  return Part(pus, scale, 0).take(wanted);
}

}  // namespace concbench
