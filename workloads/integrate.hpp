// integrate: the area under (x² + 1)x from 0 to n, by halving every interval until that changes its
// area by less than 1e-9. A task is an interval; they are far shorter where the curve is steep.
// Source: the benchmark of Cilk-5. The intervals are counted by a plain recursion.
#pragma once

#include <cmath>

#include "workloads/memo.hpp"
#include "workloads/pair.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Integrate {
  static constexpr About about{
      "integrate", Shape::fork_join,
      "adaptive quadrature: intervals are halved where the curve is steep"};

  std::int64_t n = 10;

  static constexpr Param<Integrate> params[] = {
      {"n", &Integrate::n, "integrates from 0 to n", 1, 10'000, {1, 20}, {1, 50}, {1, 100}},
  };

  // An interval with the curve's height at its ends and in its middle, the areas of the trapeziums
  // under its halves, and by how much they differ from the one under the whole.
  struct Node {
    double x1, y1, x2, y2, middle, first, second, change;
  };
  using Result = double;

  Node root() const {
    const auto end = static_cast<double>(n);
    return interval(0, height(0), end, height(end), 0);
  }
  static Pair<Integrate> children(const Node& node) {
    return {!(node.change < tolerance && -node.change < tolerance), node};
  }
  static Node left(const Node& node) {
    return interval(node.x1, node.y1, middle(node.x1, node.x2), node.middle, node.first);
  }
  static Node right(const Node& node) {
    return interval(middle(node.x1, node.x2), node.middle, node.x2, node.y2, node.second);
  }
  static Result leaf(const Node& node) { return node.first + node.second; }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result area) {
    return static_cast<std::uint64_t>(std::llround(area));
  }

  // n⁴/4 + n²/2, rounded.
  std::uint64_t expected() const {
    const auto square = static_cast<std::uint64_t>(n * n);
    return (square * square + 2 * square + 2) / 4;
  }
  Demand demand() const {
    const std::uint64_t tasks = remembered(n, [this] { return count(root()); });
    return {.ops = tasks, .alive = tasks};
  }

 private:
  static constexpr double tolerance = 1e-9;

  static double height(double x) { return (x * x + 1) * x; }
  static double middle(double x1, double x2) { return x1 + (x2 - x1) / 2; }
  static Node interval(double x1, double y1, double x2, double y2, double area) {
    const double half = (x2 - x1) / 2, y = height(middle(x1, x2));
    const double first = (y1 + y) / 2 * half, second = (y + y2) / 2 * half;
    return {x1, y1, x2, y2, y, first, second, first + second - area};
  }

  static std::uint64_t count(const Node& node) {
    std::uint64_t tasks = 1;
    for (auto rest = children(node); !rest.empty();) tasks += count(rest.next());
    return tasks;
  }
};

}  // namespace concbench
