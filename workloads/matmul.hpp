// matmul: the product of two n × n matrices. A task computes a block of it: a small one as a whole,
// a large one by two tasks for its halves. Leaves are long and equal, and read memory in common.
#pragma once

#include <span>

#include "workloads/halving.hpp"
#include "workloads/pair.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Matmul {
 public:
  static constexpr About about{"matmul", Shape::fork_join,
                               "multiplies matrices by blocks: long, equal leaves"};

  std::int64_t n = 128;
  std::int64_t leaf_size = 16;

  static constexpr Param<Matmul> params[] = {
      {"n", &Matmul::n, "rows and columns of the matrices", 1, 8'192, 128, 256, 512},
      {"leaf", &Matmul::leaf_size, "the most rows and columns of a block that is not divided", 1,
       8'192, 16, 32, 32},
  };

  struct Node {
    std::uint32_t row, rows, column, columns;
  };
  using Result = std::uint64_t;

  // The factors and the product, row by row.
  using Word = double;
  std::size_t words() const { return 3 * side() * side(); }
  // Small whole numbers, whose products and sums are exact.
  void prepare(std::span<Word> memory) {
    const std::size_t size = side() * side();
    left_ = memory.first(size);
    right_ = memory.subspan(size, size);
    product_ = memory.last(size);
    for (std::size_t i = 0; i < side(); ++i) {
      for (std::size_t j = 0; j < side(); ++j) {
        left_[i * side() + j] = static_cast<double>(left(i, j));
        right_[i * side() + j] = static_cast<double>(right(i, j));
      }
    }
  }

  Node root() const {
    const auto all = static_cast<std::uint32_t>(n);
    return {0, all, 0, all};
  }
  Pair<Matmul> children(const Node& node) const {
    return {node.rows > leaf_size || node.columns > leaf_size, node};
  }
  // The halves of the longer side.
  static Node left(Node node) {
    std::uint32_t& side = node.rows >= node.columns ? node.rows : node.columns;
    side /= 2;
    return node;
  }
  static Node right(Node node) {
    const bool across = node.rows >= node.columns;
    std::uint32_t& first = across ? node.row : node.column;
    std::uint32_t& side = across ? node.rows : node.columns;
    first += side / 2;
    side -= side / 2;
    return node;
  }
  // Not inlined: all models are to run the same loops, which g++ would unroll here and not there.
  [[gnu::noinline]] Result leaf(const Node& node) const {
    Result sum = 0;
    for (std::uint32_t i = node.row; i < node.row + node.rows; ++i) {
      const auto out = product_.subspan(i * side() + node.column, node.columns);
      for (double& element : out) element = 0;
      for (std::size_t k = 0; k < side(); ++k) {
        const double factor = left_[i * side() + k];
        const auto row = right_.subspan(k * side() + node.column, node.columns);
        for (std::size_t j = 0; j < out.size(); ++j) out[j] += factor * row[j];
      }
      for (std::size_t j = 0; j < out.size(); ++j) {
        sum += weight(i, node.column + j) * static_cast<std::uint64_t>(out[j]);
      }
    }
    return sum;
  }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result sum) { return sum; }

  // Without the product: Σᵢⱼ (i + 1)(2j + 1) Σₖ lᵢₖ rₖⱼ = Σₖ (Σᵢ (i + 1) lᵢₖ)(Σⱼ (2j + 1) rₖⱼ).
  std::uint64_t expected() const {
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < side(); ++k) {
      std::uint64_t column = 0, row = 0;
      for (std::size_t i = 0; i < side(); ++i) {
        column += (i + 1) * left(i, k);
        row += (2 * i + 1) * right(k, i);
      }
      sum += column * row;
    }
    return sum;
  }
  Demand demand() const {
    const std::uint64_t parts = parts_of(side(), static_cast<std::uint64_t>(leaf_size));
    const std::uint64_t tasks = 2 * parts * parts - 1;
    return {.ops = tasks, .alive = tasks};
  }

 private:
  std::size_t side() const { return static_cast<std::size_t>(n); }
  static std::uint64_t left(std::size_t i, std::size_t j) { return (3 * i + 5 * j) % 7; }
  static std::uint64_t right(std::size_t i, std::size_t j) { return (2 * i + 7 * j) % 11; }
  // Different for each element, so that none passes for another.
  static std::uint64_t weight(std::size_t i, std::size_t j) { return (i + 1) * (2 * j + 1); }

  std::span<Word> left_, right_, product_;
};

}  // namespace concbench
