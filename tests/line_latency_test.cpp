#include "models/machine/line_latency.hpp"

#include <gtest/gtest.h>

#include <system_error>

#include "cli/commands/topo.hpp"
#include "models/machine/topology.hpp"

namespace concbench {
namespace {

TEST(LineLatency, IsMeasuredBetweenEachTwoOfTheCpus) {
  auto cpus = discover().allowed();
  if (cpus.size() > 3) cpus.resize(3);
  const auto matrix = os::line_latencies(cpus);
  ASSERT_EQ(matrix.size(), cpus.size());
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    ASSERT_EQ(matrix[i].size(), cpus.size());
    EXPECT_FALSE(matrix[i][i]);
    for (std::size_t j = 0; j < i; ++j) {
      ASSERT_TRUE(matrix[i][j]);
      // No light gets further than a foot in a nanosecond; and a line that takes 100 µs was not
      // passed from core to core, but waited for.
      EXPECT_GT(*matrix[i][j], 1);
      EXPECT_LT(*matrix[i][j], 100'000);
      EXPECT_EQ(matrix[i][j], matrix[j][i]);
    }
  }
}

TEST(LineLatency, ACpuThatIsNotThereIsRefused) {
  EXPECT_THROW(os::line_latencies({0, 8'000}), std::system_error);
}

TEST(LineLatency, IsShownAsRowsAndColumns) {
  EXPECT_EQ(latency_text({0, 4}, {{{}, 31.24}, {31.24, {}}}),
            "nanoseconds that a cache line takes from one CPU to another\n"
            "           0      4\n"
            "    0      -   31.2\n"
            "    4   31.2      -\n");
}

}  // namespace
}  // namespace concbench
