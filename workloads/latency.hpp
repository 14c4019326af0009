// A log-linear histogram of durations, into which any task of any thread or process may count.
//
// Durations below 128 ns have a bucket each; above, each octave is cut into 64 equal buckets, so
// that the middle of a bucket is within 0.8 % of every duration in it. The largest bucket takes all
// from 2^42 ns (73 minutes) on.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace concbench {

struct LatencyBuckets {
  static constexpr unsigned part_bits = 6;  // an octave has 2^6 buckets
  static constexpr unsigned octaves = 42;   // durations below 2^42 ns are told apart
  static constexpr std::size_t count =
      ((octaves - part_bits) << part_bits) + (std::size_t{1} << part_bits);

  static constexpr std::size_t index_of(std::uint64_t ns) {
    if (ns >> octaves != 0) return count - 1;
    if (ns < std::uint64_t{2} << part_bits) return ns;
    const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - part_bits;
    return (std::size_t{shift} << part_bits) + (ns >> shift);
  }
  // The smallest duration of a bucket.
  static constexpr std::uint64_t low(std::size_t index) {
    if (index < std::size_t{2} << part_bits) return index;
    const std::size_t shift = (index >> part_bits) - 1;
    return (index - (shift << part_bits)) << shift;
  }
  // What stands for all durations of a bucket.
  static constexpr std::uint64_t middle(std::size_t index) {
    const std::uint64_t next = index + 1 < count ? low(index + 1) : low(index) + 1;
    return low(index) + (next - low(index) - 1) / 2;
  }
};

// Lock-free also in memory that processes share.
class LatencyCounts {
 public:
  // Durations below 0, which two clocks read on two CPUs can give, count as 0.
  void add(std::int64_t ns) {
    const auto index = LatencyBuckets::index_of(ns < 0 ? 0 : static_cast<std::uint64_t>(ns));
    counts_[index].fetch_add(1, std::memory_order_relaxed);
  }
  void add_many(std::size_t index, std::uint64_t times) {
    counts_[index].fetch_add(times, std::memory_order_relaxed);
  }
  std::uint64_t operator[](std::size_t index) const {
    return counts_[index].load(std::memory_order_relaxed);
  }
  void clear() {
    for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
  }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  std::array<std::atomic<std::uint64_t>, LatencyBuckets::count> counts_{};
};

}  // namespace concbench
