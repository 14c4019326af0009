// dot: the dot product of two vectors. An iteration reads two numbers, multiplies them and adds to
// a sum, in about a nanosecond: what is measured is how little a loop adds to its body, and, once
// the vectors exceed the caches, what memory brings.
// All products are whole numbers, and so is every partial sum, below 2⁵³: floating-point addition
// is exact then, in any order.
#pragma once

#include <memory>
#include <vector>

#include "workloads/memo.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Dot {
 public:
  static constexpr About about{"dot", Shape::loop, "a dot product: 16 bytes read in an iteration"};

  std::int64_t n = 1'000'000;
  std::int64_t least = 0;

  static constexpr Param<Dot> params[] = {
      {"n", &Dot::n, "numbers in each vector", 1, 100'000'000, 1'000'000, 1'000'000, 10'000'000},
      {"grain", &Dot::least, "iterations in the smallest part, or 0: as the model likes", 0,
       100'000'000, 0, 0, 0},
  };

  // Made once in a process, and kept.
  void prepare() {
    const auto made = remembered(n, [this] {
      auto both = std::make_shared<Vectors>();
      for (std::uint64_t i = 0; i < iterations(); ++i) {
        both->left.push_back(static_cast<double>(1 + i % period));
        both->right.push_back(static_cast<double>(period - i % period));
      }
      return both;
    });
    left_ = made->left.data();
    right_ = made->right.data();
  }

  using Result = double;
  std::uint64_t iterations() const { return static_cast<std::uint64_t>(n); }
  std::uint64_t grain() const { return static_cast<std::uint64_t>(least); }
  Result body(std::uint64_t i) const { return left_[i] * right_[i]; }
  static std::uint64_t answer(Result sum) { return static_cast<std::uint64_t>(sum); }

  // The product of a whole period is a tetrahedral number: 1·p + 2·(p − 1) + … + p·1.
  std::uint64_t expected() const {
    return iterations() / period * sum_of(period) + sum_of(iterations() % period);
  }
  Demand demand() const { return {.ops = iterations(), .alive = parts_of(*this)}; }

 private:
  struct Vectors {
    std::vector<double> left, right;
  };
  static constexpr std::uint64_t period = 1'000;

  // (r + 1)(p − r) over all r below m.
  static std::uint64_t sum_of(std::uint64_t m) {
    if (m == 0) return 0;
    return period * m + (period - 1) * (m * (m - 1) / 2) - (m - 1) * m * (2 * m - 1) / 6;
  }

  const double *left_ = nullptr, *right_ = nullptr;
};

}  // namespace concbench
