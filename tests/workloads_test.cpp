// The kernels, each against something that knows nothing of it: published values, or a naive count.
#include "workloads/workloads.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "tests/kernels.hpp"

namespace concbench {
namespace {

TEST(Fib, HasThePublishedValues) {
  EXPECT_EQ(with<Fib>({{"n", 30}}).expected(), 832040u);
  EXPECT_EQ(with<Fib>({{"n", 35}}).expected(), 9227465u);
  EXPECT_EQ(with<Fib>({{"n", 39}}).expected(), 63245986u);
}

TEST(Fib, TreeGivesAnswerAndTasks) {
  for (std::int64_t n = 0; n < 20; ++n) expect_walk(with<Fib>({{"n", n}}));
}

TEST(Skynet, HasThePublishedValues) {
  const auto million = with<Skynet>({{"leaves", 1'000'000}, {"branching", 10}});
  EXPECT_EQ(million.expected(), 499999500000u);
  EXPECT_EQ(million.demand().ops, 1'111'111u);
}

TEST(Skynet, TreeGivesAnswerAndTasks) {
  expect_walk(with<Skynet>({{"leaves", 1}, {"branching", 10}}));
  expect_walk(with<Skynet>({{"leaves", 10'000}, {"branching", 10}}));
  expect_walk(with<Skynet>({{"leaves", 4'096}, {"branching", 2}}));
  expect_walk(with<Skynet>({{"leaves", 49}, {"branching", 49}}));
}

TEST(NQueens, HasThePublishedSolutions) {
  EXPECT_EQ(with<NQueens>({{"n", 8}}).expected(), 92u);
  EXPECT_EQ(with<NQueens>({{"n", 10}}).expected(), 724u);
  EXPECT_EQ(with<NQueens>({{"n", 12}}).expected(), 14200u);
  EXPECT_EQ(with<NQueens>({{"n", 13}}).expected(), 73712u);
  EXPECT_EQ(with<NQueens>({{"n", 14}}).expected(), 365596u);
}

// Safe placements of queens in the first rows, counted with arrays and no bits.
std::uint64_t naive_placements(int n, std::vector<int>& columns) {
  std::uint64_t nodes = 1;
  if (static_cast<int>(columns.size()) == n) return nodes;
  for (int c = 0; c < n; ++c) {
    bool safe = true;
    for (std::size_t r = 0; r < columns.size(); ++r) {
      const int distance = static_cast<int>(columns.size() - r);
      safe = safe && columns[r] != c && std::abs(columns[r] - c) != distance;
    }
    if (!safe) continue;
    columns.push_back(c);
    nodes += naive_placements(n, columns);
    columns.pop_back();
  }
  return nodes;
}

TEST(NQueens, TreeGivesAnswerAndTasksAndTheNaiveCountAgrees) {
  for (std::int64_t n = 1; n <= 9; ++n) {
    const auto kernel = with<NQueens>({{"n", n}});
    expect_walk(kernel);
    std::vector<int> none;
    EXPECT_EQ(kernel.demand().ops, naive_placements(static_cast<int>(n), none)) << n;
  }
}

TEST(Spawn, AnswerIsTheSumOfItsBodies) {
  const auto kernel = with<Spawn>({{"n", 777}});
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < kernel.tasks(); ++i) sum += kernel.body(i);
  EXPECT_EQ(sum, kernel.expected());
}

template <HandOff K>
void expect_hops(const K& kernel) {
  std::uint64_t token = 0, hops = 0;
  for (; hops < kernel.hops(); ++hops) token = kernel.pass(token, hops % kernel.tasks());
  EXPECT_EQ(token, kernel.expected());
  for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
    hops -= hops_of(kernel.hops(), kernel.tasks(), task);
  }
  EXPECT_EQ(hops, 0u);
}

TEST(HandOffs, TokenIsTheAnswerAndEveryHopHasItsTask) {
  for (const std::int64_t hops : {1, 2, 9, 1000}) {
    expect_hops(with<PingPong>({{"hops", hops}}));
    expect_hops(with<Ring>({{"tasks", 7}, {"hops", hops}}));
    expect_hops(with<Ring>({{"tasks", 5000}, {"hops", hops}}));
  }
}

template <Channel K>
void expect_messages(const K& kernel) {
  std::uint64_t sum = 0, next = 0;
  for (std::uint64_t p = 0; p < kernel.producers(); ++p) {
    const Share part = share(kernel.messages(), kernel.producers(), p);
    EXPECT_EQ(part.first, next);
    next = part.last;
    for (std::uint64_t i = part.first; i < part.last; ++i) sum += kernel.item(i);
  }
  EXPECT_EQ(next, kernel.messages());
  EXPECT_EQ(sum, kernel.expected());
}

TEST(Channels, AnswerIsTheSumOfTheItemsAndSharesCoverThemOnce) {
  expect_messages(with<Spsc>({{"messages", 1003}}));
  expect_messages(with<Mpsc>({{"messages", 1003}, {"producers", 7}}));
  expect_messages(with<Mpmc>({{"messages", 1003}, {"producers", 7}, {"consumers", 3}}));
}

TEST(Channels, SingleSidesStaySingle) {
  EXPECT_EQ(with<Spsc>({}).producers(), 1u);
  EXPECT_EQ(with<Spsc>({}).consumers(), 1u);
  EXPECT_EQ(with<Mpsc>({{"producers", 9}}).producers(), 9u);
  EXPECT_EQ(with<Mpsc>({{"producers", 9}}).consumers(), 1u);
  EXPECT_THROW(make_workload("spsc", {{"producers", 2}}), BadParameter);
  EXPECT_THROW(make_workload("mpsc", {{"consumers", 2}}), BadParameter);
}

TEST(Yield, AnswerIsTheSumOfItsTicks) {
  const auto kernel = with<Yield>({{"tasks", 9}, {"yields", 11}});
  std::uint64_t sum = 0;
  for (std::uint64_t task = 0; task < 9; ++task) sum += 11 * kernel.tick(task);
  EXPECT_EQ(sum, kernel.expected());
  EXPECT_EQ(kernel.demand().ops, 99u);
}

TEST(Parameters, RoundTripThroughTheirNames) {
  for (const WorkloadInfo& info : workload_infos()) {
    const Workload defaults = make_workload(info.about.name, {});
    EXPECT_EQ(params_of(make_workload(info.about.name, params_of(defaults))), params_of(defaults));
    EXPECT_EQ(params_of(defaults).size(), info.params.size());
  }
}

TEST(Parameters, EveryPresetSizeOfEveryWorkloadIsLegal) {
  for (const WorkloadInfo& info : workload_infos()) {
    for (const auto preset : {&ParamInfo::quick, &ParamInfo::ci, &ParamInfo::full}) {
      for (const auto size : {&Sizes::small, &Sizes::large}) {
        Params params;
        for (const ParamInfo& param : info.params) {
          params[std::string(param.name)] = to_value(param, (param.*preset).*size);
        }
        EXPECT_NO_THROW(make_workload(info.about.name, params)) << info.about.name;
      }
    }
  }
}

TEST(Parameters, WhatDoesNotFitIsRefusedByName) {
  const auto refuse = [](const char* workload, const Params& params, const char* words) {
    try {
      make_workload(workload, params);
      ADD_FAILURE() << workload << " took it";
    } catch (const BadParameter& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  refuse("fib", {{"n", 61}}, "fib.n=61");
  refuse("fib", {{"n", "many"}}, "fib.n=many");
  refuse("fib", {{"m", 1}}, "'m'");
  refuse("fob", {}, "'fob'");
  refuse("ping_pong", {{"place", 1}}, "ping_pong.place=1");
  refuse("skynet", {{"leaves", 1000}, {"branching", 7}}, "power");
}

TEST(Parameters, ChoicesAreWordsOutsideAndIndicesInside) {
  EXPECT_EQ(with<PingPong>({{"place", "cross"}}).place(), Place::cross);
  EXPECT_EQ(params_of(make_workload("ping_pong", {{"place", "same"}})).at("place"), Value("same"));
}

TEST(Echo, RequestsCountOnceAndGarbledOnesNotAtAll) {
  const auto kernel = with<Echo>({{"requests", 1000}, {"bytes", 20}});
  std::uint64_t sum = 0;
  std::vector<std::byte> message(20);
  for (std::uint64_t number = 0; number < 1000; ++number) {
    Echo::write(number, message);
    const std::vector<std::byte> sent = message;
    sum += kernel.reply(message);
    EXPECT_EQ(message, sent);
  }
  EXPECT_EQ(sum, kernel.expected());
  message.back() ^= std::byte{1};
  EXPECT_EQ(kernel.reply(message), 0u);
}

TEST(Echo, SlowRequestsAreTheShareAskedFor) {
  const auto kernel = with<Echo>({{"slow_permille", 10}});
  int slow = 0;
  for (std::uint64_t number = 0; number < 100'000; ++number) slow += kernel.is_slow(number);
  EXPECT_NEAR(slow, 1'000, 50);
  EXPECT_FALSE(with<Echo>({}).is_slow(0));
}

}  // namespace
}  // namespace concbench
