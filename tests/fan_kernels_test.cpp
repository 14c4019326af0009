// The kernels of fans whose tasks have work to do, each against something that knows nothing of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <limits>

#include "models/stopwatch.hpp"
#include "tests/kernels.hpp"

namespace concbench {
namespace {

TEST(Mandelbrot, AnswerIsThatOfComplexNumbers) {
  for (const auto& [n, limit] : {std::pair(1, 1), {7, 50}, {32, 200}}) {
    std::uint64_t all = 0;
    for (int row = 0; row < n; ++row) {
      for (int column = 0; column < n; ++column) {
        const std::complex<double> c(3.0 * column / n - 2, 3.0 * row / n - 1.5);
        std::complex<double> z = 0;
        for (int i = 0; i < limit && std::norm(z) <= 4; ++i, ++all) z = z * z + c;
      }
    }
    EXPECT_EQ(with<Mandelbrot>({{"n", n}, {"limit", limit}}).expected(), all);
  }
}

TEST(Mandelbrot, RowsAreUneven) {
  const auto kernel = with<Mandelbrot>({{"n", 64}, {"limit", 1000}});
  EXPECT_GT(kernel.body(32), 50 * kernel.body(0));
}

// The shortest of several, since whatever disturbs one makes it longer.
std::int64_t shortest_body_ns(std::int64_t asked_ns) {
  auto kernel = with<Grain>({{"tasks", 1}, {"ns", asked_ns}});
  kernel.prepare();
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 200; ++i) {
    const std::int64_t start = Stopwatch::now();
    EXPECT_EQ(kernel.body(7), 7u);
    best = std::min(best, Stopwatch::now() - start);
  }
  return best;
}

TEST(Grain, BodyTakesAboutTheTimeAskedFor) {
  for (const std::int64_t ns : {10'000, 100'000, 1'000'000}) {
    const std::int64_t took = shortest_body_ns(ns);
    EXPECT_GT(took, ns * 7 / 10);
    EXPECT_LT(took, ns * 14 / 10);
  }
  EXPECT_LT(shortest_body_ns(0), 1'000);
}

TEST(Grain, AnswerIsTheSumOfItsBodies) {
  auto kernel = with<Grain>({{"tasks", 50}, {"ns", 3}});
  kernel.prepare();
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < kernel.tasks(); ++i) sum += kernel.body(i);
  EXPECT_EQ(sum, kernel.expected());
}

}  // namespace
}  // namespace concbench
