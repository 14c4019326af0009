// The noise floor: how differently a machine runs the same piece of work again and again, and how
// small a difference could therefore be told on it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace concbench {

// Of fixed work on some CPUs at once. Shares are of the median.
struct Noise {
  std::vector<int> cpus;
  int slices = 0;            // how often the work was timed
  double median_ns = 0;      // until the last CPU had done it
  double range99 = 0;        // between the quantiles .005 and .995
  double mad = 0;            // median absolute deviation from the median
  std::int64_t gap_ns = 0;   // the largest hole in a loop that does nothing but read the clock
  int gap_cpu = -1;          // where it was
  double clock_read_ns = 0;  // the median distance of two readings
  int pairs = 0;             // that the slices make
  // The least slow-down that `check` would find with these pairs; nothing if they are too few.
  std::optional<double> detectable;
};

// `check` judges pairs of this many slices of either program; the first decision needs some eight
// pairs, and a close one takes about 32.
inline constexpr int slices_of_pair = 5, pairs_judged = 32;

// All but what concerns the clock. The slices are taken for those of two equal programs in turn.
// `slices_ns` must not be empty.
Noise noise_of(std::span<const double> slices_ns);

}  // namespace concbench
