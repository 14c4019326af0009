// Every model of this program × every workload: the right answer from the right number of
// operations, or a reason. A new model or workload is tested by being in its list.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cli/harness/open_cell.hpp"
#include "models/machine/topology.hpp"
#include "models/registry.hpp"
#include "models/variant.hpp"

namespace concbench {
namespace {

struct Pair {
  const Model* model;
  const WorkloadInfo* workload;
  int workers;
};

void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.model->name << "/" << pair.workload->about.name << "/" << pair.workers;
}

std::vector<const Model*> models_here() {
  std::vector<const Model*> here;
  for (const Model* model : models()) {
    if (model->start && (!model->missing || model->missing().empty())) here.push_back(model);
  }
  return here;
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const Model* model : models_here()) {
    for (const WorkloadInfo& workload : workload_infos()) {
      for (const int workers : {1, 2, 5}) pairs.push_back({model, &workload, workers});
    }
  }
  return pairs;
}

// As many workers as asked for, whatever the machine has.
Placement workers_on_this_machine(int workers) {
  return place(discover(), {.workers = workers, .cpus = {}, .oversubscribe = true});
}

// The model as it is, and with each value of each of its options.
std::vector<Options> variants_of(const Model& model) {
  std::vector<Options> variants{default_options(model)};
  for (const Option& option : model.options) {
    if (option.values == "bytes") continue;
    for (const std::string& value : split(option.values, '|')) {
      variants.push_back(default_options(model));
      variants.back()[std::string(option.name)] = value;
    }
  }
  return variants;
}

// By parts of every size: one iteration, some that do not come out even, and more than there are.
void expect_each_iteration_once_with_every_grain(const Model& model, std::string_view loop,
                                                 const std::vector<int>& cpus) {
  for (const Options& options : variants_of(model)) {
    const auto instance = model.start({cpus, options});
    for (const std::int64_t grain : {0, 1, 7, 50, 1'000}) {
      const Workload workload = make_workload(loop, {{"n", std::int64_t{100}}, {"grain", grain}});
      ASSERT_EQ(model.no_pair(workload), "");
      Stopwatch clock;
      const Outcome outcome = instance->run(workload, clock);
      EXPECT_EQ(outcome.answer, expected(workload)) << "grain " << grain;
      EXPECT_EQ(outcome.ops, 100u) << "grain " << grain;
    }
  }
}

// By tiles of one number, whose tasks are over before others can look, and by larger ones; many
// times, since what begins too early may still come in time.
void expect_each_task_after_its_predecessors(const Model& model, std::string_view graph,
                                             const std::vector<int>& cpus) {
  const Limits limits = read_limits();
  for (const Options& options : variants_of(model)) {
    const concbench::Setup setup{cpus, options};
    const auto instance = model.start(setup);
    for (const auto& [tiles, tile] : {std::pair{1, 1}, {2, 3}, {5, 8}, {9, 1}}) {
      const Workload workload = make_workload(graph, {{"tiles", tiles}, {"tile", tile}});
      const Ask ask{about(workload).shape, demand(workload), setup, limits};
      if (!model.refusal(ask).empty()) continue;
      for (int run = 0; run < 5; ++run) {
        Stopwatch clock;
        const Outcome outcome = instance->run(workload, clock);
        EXPECT_EQ(outcome.answer, expected(workload)) << tiles << " tiles";
        EXPECT_EQ(outcome.ops, demand(workload).ops) << tiles << " tiles";
      }
      EXPECT_NE(instance->notes()["critical_path"], "");
    }
  }
}

class Conformance : public testing::TestWithParam<Pair> {};

TEST_P(Conformance, GivesTheRightAnswerFromTheRightNumberOfOperationsOrAReason) {
  const auto& [model, info, workers] = GetParam();
  Params params;
  for (const ParamInfo& param : info->params) {
    params[std::string(param.name)] = to_value(param, param.quick.small);
  }
  const Workload workload = make_workload(info->about.name, params);
  const concbench::Setup setup{workers_on_this_machine(workers).cpus(), default_options(*model)};

  if (info->about.shape == Shape::loop) {
    expect_each_iteration_once_with_every_grain(*model, info->about.name, setup.cpus);
  }
  if (info->about.shape == Shape::graph) {
    ASSERT_EQ(model->no_pair(workload), "");
    expect_each_task_after_its_predecessors(*model, info->about.name, setup.cpus);
  }
  if (!model->no_pair(workload).empty()) return;  // the reason is the whole answer
  ASSERT_EQ(model->refusal({info->about.shape, demand(workload), setup, read_limits()}), "");

  const auto instance = model->start(setup);
  for (int iteration = 1; iteration <= 3; ++iteration) {
    Stopwatch clock;
    const Outcome outcome = instance->run(workload, clock);
    clock.settle();
    EXPECT_EQ(outcome.answer, expected(workload));
    EXPECT_EQ(outcome.ops, demand(workload).ops);
    EXPECT_GT(clock.sum().wall_ns, 0);
    EXPECT_GE(clock.sum().cpu_ns, 0);
  }
  std::vector<ObservedWorker> seen;
  for (const WorkerReport& report : instance->workers()) {
    EXPECT_FALSE(report.observed.empty());
    seen.push_back({report.cpu, report.observed, static_cast<std::int64_t>(report.migrations)});
  }
  EXPECT_FALSE(seen.empty());
  EXPECT_EQ(misplaced(setup.cpus, seen, model->pins), "");
}

INSTANTIATE_TEST_SUITE_P(AllPairs, Conformance, testing::ValuesIn(all_pairs()),
                         [](const testing::TestParamInfo<Pair>& info) {
                           std::string name = std::string(info.param.model->name) + "_" +
                                              std::string(info.param.workload->about.name) +
                                              "_on_" + std::to_string(info.param.workers);
                           std::ranges::replace(name, '-', '_');  // which GoogleTest forbids
                           return name;
                         });

// The channel of every model that has one, from a rendezvous to one that never fills.
TEST(Channels, HoldWhatTheirCapacitySaysInEveryModel) {
  for (const Model* model : models_here()) {
    for (const char* name : {"spsc", "mpsc", "mpmc"}) {
      for (const std::int64_t capacity : {0, 1, 1024}) {
        const Workload workload =
            make_workload(name, {{"capacity", capacity}, {"messages", std::int64_t{500}}});
        if (!model->no_pair(workload).empty()) continue;
        const concbench::Setup setup{workers_on_this_machine(2).cpus(), default_options(*model)};
        Stopwatch clock;
        const Outcome outcome = model->start(setup)->run(workload, clock);
        EXPECT_EQ(outcome.answer, expected(workload)) << model->name << " " << name << capacity;
        EXPECT_EQ(outcome.ops, 500u) << model->name << " " << name << capacity;
      }
    }
  }
}

TEST(ModelList, NamesAreUniqueAndPairsThatCannotWorkSayWhy) {
  std::set<std::string_view> names;
  for (const Model* model : models()) {
    EXPECT_TRUE(names.insert(model->name).second) << model->name;
    EXPECT_FALSE(model->summary.empty()) << model->name;
    EXPECT_NE(model->start == nullptr, model->program.empty()) << model->name;
  }
}

TEST(Misplaced, APinnedWorkerBelongsOnItsOwnCpuAlone) {
  const std::vector<int> requested{0, 1};
  EXPECT_EQ(misplaced(requested, {{0, {0}, 0}, {1, {1}, 0}}, true), "");
  // Bound elsewhere, free of any binding, or bound but seen on the neighbour's CPU.
  EXPECT_NE(misplaced(requested, {{1, {1}, 0}, {1, {1}, 0}}, true), "");
  EXPECT_NE(misplaced(requested, {{-1, {0}, 0}, {1, {1}, 0}}, true), "");
  EXPECT_NE(misplaced(requested, {{0, {0, 1}, 3}, {1, {1}, 0}}, true), "");
}

TEST(Misplaced, AFreeWorkerBelongsInTheSet) {
  EXPECT_EQ(misplaced({2, 3}, {{-1, {2, 3}, 9}}, false), "");
  EXPECT_NE(misplaced({2, 3}, {{-1, {1, 2}, 9}}, false), "");
}

}  // namespace
}  // namespace concbench
