// triangle: iteration i takes i + 1 steps, so that of two halves of the loop the second has three
// quarters of the work. Who deals out equal parts leaves workers idle; who deals out small ones
// pays for each.
#pragma once

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Triangle {
  static constexpr About about{"triangle", Shape::loop, "iteration i costs i: an uneven loop"};

  std::int64_t n = 2'000;
  std::int64_t least = 0;

  static constexpr Param<Triangle> params[] = {
      {"n", &Triangle::n, "iterations", 1, 1'000'000, 2'000, 2'000, 10'000},
      {"grain", &Triangle::least, "iterations in the smallest part, or 0: as the model likes", 0,
       1'000'000, 0, 0, 0},
  };

  using Result = std::uint64_t;
  std::uint64_t iterations() const { return static_cast<std::uint64_t>(n); }
  std::uint64_t grain() const { return static_cast<std::uint64_t>(least); }
  // The steps that it took.
  static Result body(std::uint64_t i) {
    std::uint64_t steps = 0;
    while (steps <= i) {
      ++steps;
      asm volatile("" : "+r"(steps));  // no formula in place of the steps
    }
    return steps;
  }
  static std::uint64_t answer(Result sum) { return sum; }

  // The n-th triangular number.
  std::uint64_t expected() const { return iterations() * (iterations() + 1) / 2; }
  Demand demand() const { return {.ops = iterations(), .alive = parts_of(*this)}; }
};

}  // namespace concbench
