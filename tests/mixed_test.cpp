// mixed: a stretch or a wake-up that is lost, or comes early, is a wrong answer; and how late the
// polite ones are says what a model does with a task that computes for long.
#include <algorithm>
#include <string_view>
#include <vector>

#include "models/os/shared.hpp"
#include "models/registry.hpp"
#include "models/variant.hpp"
#include "tests/kernels.hpp"
#include "tests/probes.hpp"
#include "tests/workers.hpp"
#include "workloads/probe.hpp"

namespace concbench {
namespace {

// ---- The kernel

Mixed small() {
  return with<Mixed>(
      {{"greedy", 2}, {"polite", 3}, {"quantum_us", 200}, {"work_us", 500}, {"wakes", 2}});
}

// What a verb gives that does every step but those that it loses, each so late.
template <class Loses>
Outcome follow(const Mixed& kernel, std::int64_t late_ns, Loses loses) {
  Outcome given{0, 0};
  for (std::uint64_t task = 0; task < kernel.tasks(); ++task) {
    for (std::uint64_t s = 0; s < kernel.steps(task); ++s) {
      if (loses(task, s)) continue;
      given.answer += kernel.did(task, s, 1'000, 1'000 + kernel.step(task, s).ns + late_ns);
      ++given.ops;
    }
  }
  return given;
}

constexpr auto nothing = [](std::uint64_t, std::uint64_t) { return false; };

TEST(MixedKernel, AnswersTheSumOfAllSteps) {
  // By hand: three stretches and two yields of tasks 1 and 2, (1 + 2) * 15; two waits and two
  // little works of tasks 3 to 5, (3 + 4 + 5) * 10.
  EXPECT_EQ(small().expected(), 45u + 120u);
  EXPECT_EQ(small().demand().ops, 10u + 12u);
  EXPECT_EQ(small().demand().alive, 5u);
  const Outcome given = follow(small(), 0, nothing);
  EXPECT_EQ(given.answer, 165u);
  EXPECT_EQ(given.ops, 22u);
}

TEST(MixedKernel, GivesAGreedyTaskAllItsWorkWhateverTheQuantum) {
  for (const std::int64_t quantum : {1, 7, 200, 499, 500, 501, 10'000}) {
    Mixed kernel = small();
    kernel.quantum_us = quantum;
    std::int64_t work_ns = 0, yields = 0;
    for (std::uint64_t s = 0; s < kernel.steps(0); ++s) {
      const RecipeStep step = kernel.step(0, s);
      yields += step.kind == RecipeStep::Kind::yield;
      if (step.kind != RecipeStep::Kind::compute) continue;
      EXPECT_GT(step.ns, 0);
      EXPECT_LE(step.ns, quantum * 1'000);
      work_ns += step.ns;
    }
    EXPECT_EQ(work_ns, 500'000) << quantum;
    EXPECT_EQ(yields == 0, quantum >= 500) << quantum;
  }
}

TEST(MixedKernel, WakesEachPoliteTaskOnceAMillisecondAndNoTwoTogether) {
  std::vector<std::int64_t> due;
  for (std::uint64_t task = 2; task < 5; ++task) {
    const std::int64_t first = small().step(task, 0).ns;
    EXPECT_EQ(small().step(task, 2).ns, first + 1'000'000);
    due.insert(due.end(), {first, first + 1'000'000});
  }
  std::sort(due.begin(), due.end());
  EXPECT_GT(due.front(), 0);
  EXPECT_EQ(due.back(), 2'000'000);
  for (std::size_t i = 1; i < due.size(); ++i) EXPECT_NEAR(due[i] - due[i - 1], 333'333, 1);
}

TEST(MixedKernel, AStepThatIsLostIsAWrongAnswer) {
  for (std::uint64_t loser = 0; loser < small().tasks(); ++loser) {
    for (std::uint64_t lost = 0; lost < small().steps(loser); ++lost) {
      const Outcome given =
          follow(small(), 0, [&](auto task, auto s) { return task == loser && s == lost; });
      EXPECT_NE(given.answer, small().expected());
      EXPECT_NE(given.ops, small().demand().ops);
    }
  }
}

TEST(MixedKernel, WhoWakesEarlyGivesAWrongAnswer) {
  EXPECT_LT(follow(small(), -1, nothing).answer, small().expected());
}

TEST(MixedKernel, NotesWakesAndTheWorkOfGreedyTasks) {
  Probe probe;
  Mixed kernel = small();
  kernel.probe = &probe;
  follow(kernel, 5'000'000, nothing);
  EXPECT_EQ(durations_in(probe), 6u);
  EXPECT_EQ(probe.latency[LatencyBuckets::index_of(5'000'000)], 6u);
  EXPECT_EQ(probe.get(Measure::greedy_ns), 2 * 500'000);
}

// ---- The verbs

std::vector<const Model*> models_that_run_it() {
  std::vector<const Model*> all;
  for (const Model* model : models()) {
    const bool is_here = model->start && (!model->missing || model->missing().empty());
    if (is_here && model->no_pair(Mixed{}).empty()) all.push_back(model);
  }
  return all;
}

struct Seen {
  std::uint64_t wakes = 0;
  std::int64_t soonest_ns = 0, median_ns = 0;
};

// Runs it on one worker, and tells how late its polite tasks woke.
Seen run_on_one(const Model& model, const Mixed& kernel) {
  const os::Shared<Probe> probe(1);
  Setup setup = setup_of(1);
  setup.options = default_options(model);
  Stopwatch clock;
  const Outcome outcome = model.start(setup)->run(kernel, clock, &*probe);
  EXPECT_EQ(outcome.answer, kernel.expected()) << model.name;
  EXPECT_EQ(outcome.ops, kernel.demand().ops) << model.name;
  EXPECT_EQ(probe->get(Measure::greedy_ns), kernel.greedy * kernel.work_us * 1'000) << model.name;
  Seen seen;
  const std::uint64_t all = durations_in(*probe);
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) {
    const auto low = static_cast<std::int64_t>(LatencyBuckets::low(i));
    if (seen.wakes == 0) seen.soonest_ns = low;
    seen.wakes += probe->latency[i];
    if (2 * seen.wakes <= all) seen.median_ns = low;
  }
  return seen;
}

// One that computes for 100 ms in all, beside one that is to wake in the first 20 of them.
Mixed greedy_for_100_ms(std::int64_t quantum_us) {
  return with<Mixed>({{"greedy", 1},
                      {"polite", 1},
                      {"quantum_us", quantum_us},
                      {"work_us", 100'000},
                      {"wakes", 20}});
}

bool takes_processors_away(const Model& model) {
  constexpr std::string_view those[] = {"processes", "threads", "std-async"};
  return std::ranges::count(those, model.name) > 0;
}
bool has_one_task_at_a_time(const Model& model) { return model.name == "serial"; }

TEST(MixedVerb, LetsPoliteTasksWakeWhereAGreedyOneYieldsInEveryModel) {
  for (const Model* model : models_that_run_it()) {
    if (has_one_task_at_a_time(*model)) continue;
    const Seen seen = run_on_one(*model, greedy_for_100_ms(100));
    EXPECT_EQ(seen.wakes, 20u) << model->name;
    EXPECT_LT(seen.median_ns, 50'000'000) << model->name;
  }
}

TEST(MixedVerb, LetsPoliteTasksWaitForTheWholeWorkWhereNobodyTakesTheProcessorAway) {
  for (const Model* model : models_that_run_it()) {
    const Seen seen = run_on_one(*model, greedy_for_100_ms(100'000));
    EXPECT_EQ(seen.wakes, 20u) << model->name;
    if (takes_processors_away(*model)) {
      EXPECT_LT(seen.median_ns, 50'000'000) << model->name;
    } else {
      EXPECT_GT(seen.soonest_ns, 60'000'000) << model->name;
    }
  }
}

}  // namespace
}  // namespace concbench
