// The histogram against exact sorting, and what kernels under observation note in it.
#include "workloads/latency.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "cli/harness/observation.hpp"
#include "reports/result/json.hpp"
#include "workloads/observed.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

TEST(LatencyBuckets, CoverAllDurationsInOrderWithoutGaps) {
  for (std::size_t i = 0; i + 1 < LatencyBuckets::count; ++i) {
    const std::uint64_t low = LatencyBuckets::low(i), next = LatencyBuckets::low(i + 1);
    ASSERT_LT(low, next) << i;
    ASSERT_EQ(LatencyBuckets::index_of(low), i);
    ASSERT_EQ(LatencyBuckets::index_of(next - 1), i);
  }
  EXPECT_EQ(LatencyBuckets::low(0), 0u);
  EXPECT_EQ(LatencyBuckets::index_of(UINT64_MAX), LatencyBuckets::count - 1);
}

TEST(LatencyBuckets, TheMiddleIsWithinOnePercentOfEachDuration) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t ns = random() >> (22 + random() % 40);
    const std::uint64_t middle = LatencyBuckets::middle(LatencyBuckets::index_of(ns));
    const double off = std::abs(static_cast<double>(middle) - static_cast<double>(ns));
    ASSERT_LE(off, 0.01 * static_cast<double>(ns)) << ns;
  }
}

// The sample message of a worker that noted these durations.
Json message_of(const LatencyCounts& counts) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) {
    if (counts[i] > 0) pairs.push_back({i, counts[i]});
  }
  return {{"latency", pairs}, {"measures", Json::object()}};
}

TEST(Latency, PercentilesAreThoseOfTheSortedDurations) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> durations(10, 2);  // microseconds to seconds
  const auto counts = std::make_unique<LatencyCounts>();
  std::vector<double> sorted;
  for (int i = 0; i < 200'000; ++i) {
    const auto ns = static_cast<std::int64_t>(durations(random));
    counts->add(ns);
    sorted.push_back(static_cast<double>(ns));
  }
  std::ranges::sort(sorted);
  const auto exact = [&](double share) {
    return sorted[static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size()))) -
                  1];
  };
  Notices notices;
  notices.add(read_notice(message_of(*counts)), 1, 0);
  Cell cell;
  notices.conclude(Shape::timers, cell);
  ASSERT_TRUE(cell.latency);
  EXPECT_EQ(cell.latency->count, 200'000);
  const auto near = [](std::int64_t told, double truth) {
    EXPECT_NEAR(static_cast<double>(told), truth, 0.01 * truth);
  };
  near(cell.latency->p50, exact(0.5));
  near(cell.latency->p90, exact(0.9));
  near(cell.latency->p99, exact(0.99));
  near(cell.latency->p999, exact(0.999));
  near(cell.latency->p9999, exact(0.9999));
  near(cell.latency->max, sorted.back());
}

TEST(Latency, ABucketThatDoesNotExistIsNoMessage) {
  EXPECT_THROW(read_notice({{"latency", {{LatencyBuckets::count, 1}}}}), BadJson);
  EXPECT_THROW(read_notice({{"latency", {{1, 2, 3}}}}), BadJson);
  EXPECT_THROW(read_notice({{"latency", {{1, -2}}}}), BadJson);
}

std::uint64_t noted(const Probe& probe) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) sum += probe.latency[i];
  return sum;
}

TEST(Observed, AKernelDoesTheSameWorkAndNotesEachDuration) {
  const auto probe = std::make_unique<Probe>();
  const Observed<Spawn> spawn(Spawn{.n = 10}, *probe);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < spawn.tasks(); ++i) sum += spawn.body(spawn.ticket(i));
  EXPECT_EQ(sum, spawn.expected());
  EXPECT_EQ(noted(*probe), 10u);

  probe->clear();
  const Observed<PingPong> ping_pong(PingPong{.hop_count = 5}, *probe);
  std::uint64_t token = 0;
  for (std::uint64_t hop = 0; hop < ping_pong.hops(); ++hop) {
    token = ping_pong.pass(token, hop % 2);
  }
  EXPECT_EQ(token, ping_pong.expected());
  EXPECT_EQ(noted(*probe), 4u);  // the first hop follows on nothing
}

TEST(Observed, AMessageCarriesTheTimeOfItsSending) {
  const auto probe = std::make_unique<Probe>();
  const Observed<Mpmc> channel(Mpmc{}, *probe);
  const std::uint64_t message = channel.item(41);
  const std::int64_t sent = probe_now_ns();
  while (probe_now_ns() < sent + 2'000'000) {
  }
  EXPECT_EQ(channel.take(message), Mpmc::take(Mpmc::item(41)));
  EXPECT_EQ(noted(*probe), 1u);
  for (std::size_t i = 0; i < LatencyBuckets::index_of(2'000'000) - 1; ++i) {
    ASSERT_EQ(probe->latency[i], 0u) << LatencyBuckets::low(i);
  }
}

}  // namespace
}  // namespace concbench
