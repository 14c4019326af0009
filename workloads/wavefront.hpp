// wavefront: the Smith–Waterman score of two sequences, how well the best of their parts match. A
// cell of the table of all pairs of letters follows from the cells above, to the left and between
// these; a task fills a tile of it. What may run at the same time is a diagonal of tiles, which
// grows from one to the whole width of the table and shrinks again.
// Source: Smith and Waterman, "Identification of Common Molecular Subsequences", J. Mol. Biol. 147
// (1981), with a gap that costs as much for each of its letters.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "workloads/edges.hpp"
#include "workloads/memo.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Wavefront {
 public:
  static constexpr About about{"wavefront", Shape::graph,
                               "aligns two sequences by tiles: a front that grows and shrinks"};

  std::int64_t tiles = 32;
  std::int64_t tile = 16;

  static constexpr Param<Wavefront> params[] = {
      {"tiles", &Wavefront::tiles, "tiles in a row and in a column of the table", 1, 1'000, 32, 32,
       64},
      {"tile", &Wavefront::tile, "rows and columns of a tile", 1, 256, 16, 32, 32},
  };

  // Numbers and letters.
  using Word = std::uint32_t;
  std::size_t words() const { return 4 * length() + 3 * side() * side(); }
  // Two sequences of random letters, of four.
  void prepare(std::span<Word> memory) {
    edges_ = remembered(tiles, [this] { return std::make_shared<const Edges>(table()); }).get();
    const auto next = [&memory](std::size_t words) {
      const std::span<Word> part = memory.first(words);
      memory = memory.subspan(words);
      return part;
    };
    for (std::span<Word>* letters : {&down_, &across_}) *letters = next(length());
    for (std::span<Word>* edge : {&above_, &left_}) *edge = next(length());
    for (std::span<Word>* of_tiles : {&corners_, &best_, &sums_}) *of_tiles = next(side() * side());
    std::uint64_t random = 1;
    for (const std::span<Word> letters : {down_, across_}) {
      for (Word& letter : letters) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        letter = static_cast<Word>(random >> 62);
      }
    }
  }

  GraphTask tasks() const { return edges_->tasks(); }
  std::span<const GraphTask> predecessors(GraphTask task) const {
    return edges_->predecessors(task);
  }
  std::span<const GraphTask> successors(GraphTask task) const { return edges_->successors(task); }
  std::uint64_t critical_path() const { return edges_->critical_path(); }

  // Fills a tile. What lies above it and to its left is where those tiles have left it, and is
  // replaced by what the tiles below and to the right will want.
  void perform(GraphTask task) const {
    const std::size_t row = task / side(), column = task % side(), size = length() / side();
    Word corner = corners_[task], best = 0, sum = 0;
    for (std::size_t i = row * size; i < (row + 1) * size; ++i) {
      Word diagonal = corner, left = corner = left_[i];
      for (std::size_t j = column * size; j < (column + 1) * size; ++j) {
        const Word above = above_[j];
        const Word matched = down_[i] == across_[j] ? diagonal + match : less(diagonal, mismatch);
        left = std::max({matched, less(above, gap), less(left, gap)});
        diagonal = above;
        above_[j] = left;
        best = std::max(best, left);
        sum += left;
      }
      left_[i] = left;
    }
    best_[task] = best;
    sums_[task] = sum;
    if (row + 1 < side() && column + 1 < side()) {
      corners_[task + side() + 1] = above_[(column + 1) * size - 1];
    }
  }

  // The score, and below it the sum of all cells, modulo 2³².
  std::uint64_t answer() const {
    Word sum = 0;
    for (const Word of_tile : sums_) sum += of_tile;
    return std::uint64_t{*std::ranges::max_element(best_)} << 32 | sum;
  }

  // By a table of one tile.
  std::uint64_t expected() const {
    return remembered(length(), [this] {
      Wavefront whole = *this;
      whole.tile *= whole.tiles;
      whole.tiles = 1;
      std::vector<Word> memory(whole.words());
      whole.prepare(memory);
      whole.perform(0);
      return whole.answer();
    });
  }
  Demand demand() const {
    const std::uint64_t all = side() * side();
    return {.ops = all, .alive = all};
  }

 private:
  static constexpr Word match = 3, mismatch = 3, gap = 2;

  // No cell is below 0.
  static Word less(Word score, Word cost) { return score > cost ? score - cost : 0; }

  std::size_t side() const { return static_cast<std::size_t>(tiles); }
  std::size_t length() const { return static_cast<std::size_t>(tiles * tile); }

  // A tile follows on the one above and the one to its left.
  Edges table() const {
    Edges edges;
    const auto count = static_cast<GraphTask>(tiles);
    for (GraphTask task = 0; task < count * count; ++task) {
      std::vector<GraphTask> before;
      if (task >= count) before.push_back(task - count);
      if (task % count > 0) before.push_back(task - 1);
      edges.add(before);
    }
    edges.close();
    return edges;
  }

  const Edges* edges_ = nullptr;           // remembered
  std::span<Word> down_, across_;          // the sequences
  std::span<Word> above_, left_;           // cells at the edges of tiles that are done
  std::span<Word> corners_, best_, sums_;  // of each tile
};

}  // namespace concbench
