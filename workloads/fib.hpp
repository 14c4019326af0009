// fib: the naive recursion for Fibonacci numbers. A task does almost nothing, so what is measured
// is the cost of making a task and awaiting it.
// Source: the benchmark of Cilk (Frigo, Leiserson, Randall, PLDI 1998) and of most schedulers
// since.
#pragma once

#include <utility>

#include "workloads/pair.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Fib {
  static constexpr About about{"fib", Shape::fork_join,
                               "naive Fibonacci recursion: two almost empty tasks a node"};

  std::int64_t n = 25;

  static constexpr Param<Fib> params[] = {
      {"n", &Fib::n, "which Fibonacci number", 0, 60, {12, 25}, {12, 27}, {12, 30}},
  };

  using Node = std::int64_t;
  using Result = std::uint64_t;

  Node root() const { return n; }
  static Pair<Fib> children(const Node& node) { return {node >= 2, node}; }
  static Node left(Node node) { return node - 1; }
  static Node right(Node node) { return node - 2; }
  static Result leaf(Node node) { return static_cast<Result>(node); }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }

  std::uint64_t expected() const { return fibonacci(n); }
  // Every call is a task: fib(n) makes 2·fib(n+1) − 1 of them.
  Demand demand() const {
    const std::uint64_t calls = 2 * fibonacci(n + 1) - 1;
    return {.ops = calls, .alive = calls};
  }

  static constexpr std::uint64_t fibonacci(std::int64_t n) {
    std::uint64_t a = 0, b = 1;
    for (; n > 0; --n) b = std::exchange(a, b) + b;
    return a;
  }
};

}  // namespace concbench
