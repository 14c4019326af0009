#include "cli/harness/conformance/sizes.hpp"

#include <map>

namespace concbench::conformance {
namespace {

using Sizes = std::vector<Params>;

Params numbers(std::initializer_list<std::pair<const char*, std::int64_t>> list) {
  Params params;
  for (const auto& [name, value] : list) params[name] = value;
  return params;
}

// What is not said here is at its default.
const std::map<std::string_view, Sizes>& small_sizes() {
  static const std::map<std::string_view, Sizes> list = {
      {"fib", {numbers({{"n", 1}}), numbers({{"n", 10}})}},
      {"skynet",
       {numbers({{"leaves", 1}, {"branching", 10}}), numbers({{"leaves", 125}, {"branching", 5}})}},
      {"nqueens", {numbers({{"n", 1}}), numbers({{"n", 6}})}},
      {"uts", {{{"tree", std::string("tiny")}}}},
      {"integrate", {numbers({{"n", 1}})}},
      {"mergesort", {numbers({{"n", 1}, {"leaf", 1}}), numbers({{"n", 1000}, {"leaf", 100}})}},
      {"matmul", {numbers({{"n", 1}, {"leaf", 4}}), numbers({{"n", 10}, {"leaf", 4}})}},
      {"spawn", {numbers({{"n", 1}}), numbers({{"n", 100}})}},
      {"grain", {numbers({{"tasks", 20}, {"ns", 0}}), numbers({{"tasks", 20}, {"ns", 1000}})}},
      {"mandelbrot", {numbers({{"n", 1}, {"limit", 1}}), numbers({{"n", 10}, {"limit", 50}})}},
      {"ping_pong", {numbers({{"hops", 1}}), numbers({{"hops", 101}})}},
      // Some tasks of the first ring have no hop to make.
      {"ring", {numbers({{"tasks", 10}, {"hops", 3}}), numbers({{"tasks", 10}, {"hops", 101}})}},
      {"spsc",
       {numbers({{"capacity", 1}, {"messages", 1}}),
        numbers({{"capacity", 4}, {"messages", 100}})}},
      {"mpsc",
       {numbers({{"producers", 3}, {"capacity", 2}, {"messages", 2}}),
        numbers({{"producers", 3}, {"capacity", 4}, {"messages", 100}})}},
      {"mpmc",
       {numbers({{"producers", 3}, {"consumers", 5}, {"capacity", 2}, {"messages", 2}}),
        numbers({{"producers", 3}, {"consumers", 2}, {"capacity", 4}, {"messages", 100}}),
        numbers({{"producers", 2}, {"consumers", 2}, {"capacity", 0}, {"messages", 20}})}},
      {"yield", {numbers({{"tasks", 1}, {"yields", 1}}), numbers({{"tasks", 10}, {"yields", 30}})}},
      {"mutex",
       {numbers({{"tasks", 1}, {"sections", 1}}), numbers({{"tasks", 4}, {"sections", 25}})}},
      {"hold", {numbers({{"n", 1}, {"touch", 0}}), numbers({{"n", 100}, {"touch", 1024}})}},
      {"sleepers",
       {numbers({{"n", 1}, {"first_us", 0}, {"span_us", 0}}),
        numbers({{"n", 20}, {"first_us", 1000}, {"span_us", 2000}})}},
      {"chef", {numbers({{"dishes", 3}, {"chop_us", 50}, {"boil_us", 1000}})}},
      {"block",
       {numbers(
            {{"blockers", 0}, {"computers", 1}, {"rounds", 1}, {"call_us", 0}, {"compute_us", 0}}),
        numbers({{"blockers", 2},
                 {"computers", 2},
                 {"rounds", 3},
                 {"call_us", 500},
                 {"compute_us", 50}})}},
      {"mixed",
       {numbers({{"greedy", 0}, {"polite", 1}, {"quantum_us", 1}, {"work_us", 1}, {"wakes", 1}}),
        numbers(
            {{"greedy", 2}, {"polite", 3}, {"quantum_us", 200}, {"work_us", 500}, {"wakes", 2}})}},
      {"heat",
       {numbers({{"tasks", 1}, {"cells", 1}, {"phases", 1}}),
        numbers({{"tasks", 3}, {"cells", 50}, {"phases", 7}})}},
      {"echo",
       {numbers({{"connections", 3}, {"requests", 20}, {"rate", 0}, {"bytes", 64}}),
        numbers({{"connections", 2}, {"requests", 20}, {"rate", 5000}, {"bytes", 8}})}},
      {"dot", {numbers({{"n", 1}}), numbers({{"n", 1001}}), numbers({{"n", 1001}, {"grain", 10}})}},
      {"triangle", {numbers({{"n", 1}}), numbers({{"n", 100}, {"grain", 7}})}},
      {"primes",
       {numbers({{"n", 1}}), numbers({{"n", 1000}}), numbers({{"n", 100}, {"grain", 1}})}},
      {"cholesky",
       {numbers({{"tiles", 1}, {"tile", 1}}), numbers({{"tiles", 5}, {"tile", 3}}),
        numbers({{"tiles", 9}, {"tile", 1}})}},
      {"wavefront",
       {numbers({{"tiles", 1}, {"tile", 1}}), numbers({{"tiles", 6}, {"tile", 4}}),
        numbers({{"tiles", 20}, {"tile", 1}})}},
  };
  return list;
}

}  // namespace

std::vector<Workload> sizes_of(const WorkloadInfo& info) {
  std::vector<Workload> workloads;
  const auto found = small_sizes().find(info.about.name);
  if (found == small_sizes().end()) return {make_workload(info.about.name, {})};
  for (const Params& params : found->second) {
    workloads.push_back(make_workload(info.about.name, params));
  }
  return workloads;
}

}  // namespace concbench::conformance
