// primes: counts the primes up to n by trial division. Most iterations end at once, those of primes
// go on to the square root, and nobody can say beforehand which: work that is uneven from one
// iteration to the next, and yet nearly the same in any two large parts.
// Source: OEIS A000720, π(n).
#pragma once

#include <cstddef>
#include <vector>

#include "workloads/memo.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Primes {
  static constexpr About about{"primes", Shape::loop, "counts primes by trial division"};

  std::int64_t n = 20'000;
  std::int64_t least = 0;

  static constexpr Param<Primes> params[] = {
      {"n", &Primes::n, "the last number that is tried", 1, 100'000'000, 20'000, 100'000,
       1'000'000},
      {"grain", &Primes::least, "iterations in the smallest part, or 0: as the model likes", 0,
       100'000'000, 0, 0, 0},
  };

  using Result = std::uint64_t;
  std::uint64_t iterations() const { return static_cast<std::uint64_t>(n); }
  std::uint64_t grain() const { return static_cast<std::uint64_t>(least); }
  // Iteration i tries i + 1.
  static Result body(std::uint64_t i) {
    const auto number = static_cast<std::uint32_t>(i + 1);
    if (number < 4) return number > 1;
    if (number % 2 == 0) return 0;
    for (std::uint32_t divisor = 3; divisor * divisor <= number; divisor += 2) {
      if (number % divisor == 0) return 0;
    }
    return 1;
  }
  static std::uint64_t answer(Result sum) { return sum; }

  // By the sieve of Eratosthenes.
  std::uint64_t expected() const {
    return remembered(n, [this] {
      std::vector<bool> composite(static_cast<std::size_t>(n) + 1);
      std::uint64_t count = 0;
      for (std::size_t i = 2; i < composite.size(); ++i) {
        if (composite[i]) continue;
        ++count;
        for (std::size_t j = i * i; j < composite.size(); j += i) composite[j] = true;
      }
      return count;
    });
  }
  Demand demand() const { return {.ops = iterations(), .alive = parts_of(*this)}; }
};

}  // namespace concbench
