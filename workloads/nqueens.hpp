// nqueens: the ways to place n queens on an n × n board so that none attacks another. A task is one
// safe partial placement; the tree is irregular, so work has to be balanced while it unfolds.
// Source: solutions from OEIS A000170; safe placements (the tree's nodes) counted by a plain
// recursion, which the tests repeat.
#pragma once

#include <bit>

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct NQueens {
  static constexpr About about{"nqueens", Shape::fork_join,
                               "an irregular tree: every safe placement of a queen is a task"};

  std::int64_t n = 10;

  static constexpr Param<NQueens> params[] = {
      {"n", &NQueens::n, "queens, and the side of the board", 1, 16, {6, 10}, {6, 11}, {6, 13}},
  };

  struct Node {
    std::uint32_t columns, left, right;  // attacked in the next row: straight and on both diagonals
  };
  using Result = std::uint64_t;

  Node root() const { return {0, 0, 0}; }
  // A queen on each safe square of the next row.
  class Children {
   public:
    static constexpr unsigned most = 16;

    Children(Node node, std::uint32_t board)
        : node_(node), safe_(~(node.columns | node.left | node.right) & board) {}

    bool empty() const { return safe_ == 0; }
    unsigned count() const { return static_cast<unsigned>(std::popcount(safe_)); }
    Node next() {
      const std::uint32_t queen = safe_ & -safe_;
      safe_ ^= queen;
      return {node_.columns | queen, (node_.left | queen) << 1, (node_.right | queen) >> 1};
    }

   private:
    Node node_;
    std::uint32_t safe_;
  };
  Children children(Node node) const { return {node, row()}; }
  // A node without a safe square is a solution when every column has its queen.
  Result leaf(Node node) const { return node.columns == row(); }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }

  std::uint64_t expected() const { return solutions[n - 1]; }
  Demand demand() const { return {.ops = nodes[n - 1], .alive = nodes[n - 1]}; }

 private:
  std::uint32_t row() const { return (1u << n) - 1; }

  static constexpr std::uint64_t solutions[] = {
      1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680, 14200, 73712, 365596, 2279184, 14772512};
  static constexpr std::uint64_t nodes[] = {2,       3,        6,         17,        54,     153,
                                            552,     2057,     8394,      35539,     166926, 856189,
                                            4674890, 27358553, 171129072, 1141190303};
};

}  // namespace concbench
