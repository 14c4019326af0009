// heat: warmth spreads along a rod, cut into as many parts as there are tasks. A phase writes every
// cell anew from its neighbours; nobody may begin the next before all have ended this one. In
// integers, so that the sum at the end is the same on every machine.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Heat {
  static constexpr About about{"heat", Shape::phases, "a stencil in phases, apart by barriers"};

  std::int64_t task_count = 4;
  std::int64_t cell_count = 4'096;
  std::int64_t phase_count = 50;

  static constexpr Param<Heat> params[] = {
      {"tasks", &Heat::task_count, "parts of the rod", 1, 100'000, 4, 4, 4},
      {"cells", &Heat::cell_count, "cells of the rod", 1, 10'000'000, 4'096, 4'096, 65'536},
      {"phases", &Heat::phase_count, "phases", 1, 1'000'000, 50, 50, 200},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(task_count); }
  std::uint64_t phases() const { return static_cast<std::uint64_t>(phase_count); }
  std::uint64_t cells() const { return static_cast<std::uint64_t>(cell_count); }

  static void fill(std::span<std::uint64_t> grid) {
    for (std::uint64_t i = 0; i < grid.size(); ++i) grid[i] = i * 2654435761u % 1'000'003 << 8;
  }
  void advance(std::span<const std::uint64_t> from, std::span<std::uint64_t> to,
               std::uint64_t task) const {
    const Share mine = share(from.size(), tasks(), task);
    for (std::uint64_t i = mine.first; i < mine.last; ++i) {
      const std::uint64_t left = from[i == 0 ? i : i - 1];
      const std::uint64_t right = from[i + 1 == from.size() ? i : i + 1];
      to[i] = (left + 2 * from[i] + right) / 4;
    }
  }
  // Cells in another order have another sum.
  static std::uint64_t checksum(std::span<const std::uint64_t> grid) {
    std::uint64_t sum = 0;
    for (const std::uint64_t cell : grid) sum = sum * 31 + cell;
    return sum;
  }

  // Computed once a size, by one task alone: how many there are changes nothing.
  std::uint64_t expected() const {
    static std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> known;
    const auto [entry, is_new] = known.try_emplace({cell_count, phase_count});
    if (is_new) {
      Heat alone = *this;
      alone.task_count = 1;
      std::vector<std::uint64_t> from(cells()), to(cells());
      fill(from);
      for (std::uint64_t phase = 0; phase < phases(); ++phase) {
        alone.advance(from, to, 0);
        std::swap(from, to);
      }
      entry->second = checksum(from);
    }
    return entry->second;
  }
  Demand demand() const { return {.ops = phases(), .alive = tasks()}; }
};

}  // namespace concbench
