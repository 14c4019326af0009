#include "cli/worker/worker.hpp"

#include <fmt/format.h>

#include <memory>

#include "build_info.hpp"
#include "cli/exit_codes.hpp"
#include "cli/worker/conversation.hpp"
#include "cli/worker/timing.hpp"
#include "models/machine/topology.hpp"
#include "models/os/descriptor.hpp"
#include "models/registry.hpp"

namespace concbench {
namespace {

int run_alone(const Variant& variant, const WorkerRequest& request) {
  const Model& model = *variant.model;
  const Workload workload = make_workload(request.workload, request.params);
  const Setup setup{request.cpus.empty() ? discover().allowed() : request.cpus, variant.options};
  std::string why = model.no_pair(workload);
  if (why.empty()) {
    why = model.refusal({about(workload).shape, demand(workload), setup, read_limits()});
  }
  if (!why.empty()) throw Impossible(why);
  std::unique_ptr<Instance> instance;
  start_cold(model, setup, instance);
  for (int i = 0; i < request.samples; ++i) {
    Stopwatch clock;
    const Timing timing = measure(*instance, workload, request.iterations, clock);
    fmt::print("{} {} answered {} (expected {}): {:.1f} ns per {}\n", request.model,
               request.workload, timing.answer, expected(workload),
               static_cast<double>(timing.wall_ns) / static_cast<double>(timing.ops),
               op_of(about(workload).shape));
    if (timing.answer != expected(workload)) return exit_cells_failed;
  }
  return exit_ok;
}

}  // namespace

int run_worker(const WorkerRequest& request) {
  Variant variant = parse_variant(request.model);
  if (!variant.model->start) {
    throw UsageError(fmt::format("--model={}: is a program of its own; start that", request.model));
  }
  if (variant.model->missing) {
    if (const std::string why = variant.model->missing(); !why.empty()) throw Impossible(why);
  }
  os::raise_descriptor_limit();
  if (!request.workload.empty()) return run_alone(variant, request);
  return converse({.program = "concbench",
                   .version = build_info::version,
                   .build = fmt::format("{}, {}, {}", build_info::commit, build_info::compiler,
                                        build_info::flags),
                   .name = request.model,
                   .variant = std::move(variant),
                   .slow_down = request.slow_down});
}

}  // namespace concbench
