// mandelbrot: the rows of a picture of the Mandelbrot set as independent tasks. Rows through the
// set take many times as long as those beside it: what is measured is how uneven work is spread.
// Source: the answer is the number of iterations, counted by one thread; the tests repeat it with
// std::complex.
#pragma once

#include <utility>

#include "workloads/memo.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Mandelbrot {
  static constexpr About about{"mandelbrot", Shape::fan_out,
                               "uneven rows of a picture of the Mandelbrot set"};

  std::int64_t n = 128;
  std::int64_t limit = 200;

  static constexpr Param<Mandelbrot> params[] = {
      {"n", &Mandelbrot::n, "rows and columns of the picture; a row is a task", 1, 16'384, 128, 256,
       1'024},
      {"limit", &Mandelbrot::limit, "iterations until a point is taken to be in the set", 1,
       1'000'000, 200, 200, 500},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(n); }
  using Ticket = std::uint64_t;  // its row
  static Ticket ticket(std::uint64_t i) { return i; }
  // The iterations of a row: the steps z ← z² + c from 0 on that stay within the circle of
  // radius 2.
  std::uint64_t body(std::uint64_t row) const {
    std::uint64_t all = 0;
    for (std::int64_t column = 0; column < n; ++column) {
      all += steps(at(column) - 2, at(static_cast<std::int64_t>(row)) - 1.5);
    }
    return all;
  }

  std::uint64_t expected() const {
    return remembered(std::pair(n, limit), [this] {
      std::uint64_t all = 0;
      for (std::uint64_t row = 0; row < tasks(); ++row) all += body(row);
      return all;
    });
  }
  Demand demand() const { return {.ops = tasks(), .alive = tasks()}; }

 private:
  // The picture shows a square of side 3.
  double at(std::int64_t pixel) const {
    return 3 * static_cast<double>(pixel) / static_cast<double>(n);
  }
  std::uint64_t steps(double c_real, double c_imaginary) const {
    double real = 0, imaginary = 0;
    std::uint64_t count = 0;
    for (; count < static_cast<std::uint64_t>(limit); ++count) {
      const double real2 = real * real, imaginary2 = imaginary * imaginary;
      if (real2 + imaginary2 > 4) break;
      imaginary = 2 * real * imaginary + c_imaginary;
      real = real2 - imaginary2 + c_real;
    }
    return count;
  }
};

}  // namespace concbench
