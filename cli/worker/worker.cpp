#include "cli/worker/worker.hpp"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "build_info.hpp"
#include "cli/exit_codes.hpp"
#include "cli/worker/observer.hpp"
#include "models/machine/topology.hpp"
#include "models/os/descriptor.hpp"
#include "models/registry.hpp"
#include "models/variant.hpp"
#include "reports/result/json.hpp"
#include "reports/result/params_json.hpp"

namespace concbench {
namespace {

// Keeps what Google Benchmark measured and prints nothing: its own reporters write to stdout, which
// belongs to the protocol.
class Keeper final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    if (!runs.empty()) run_ = runs.back();
  }
  const std::optional<Run>& run() const { return run_; }

 private:
  std::optional<Run> run_;
};

// One timing: a pinned number of iterations of a started model, one after another.
struct Timing {
  std::int64_t wall_ns;
  std::optional<Usage> usage;
  std::uint64_t ops, answer;
};

// One iteration's part of a timing.
void run_once(Instance& instance, const Workload& workload, Stopwatch& clock, Probe* probe,
              Timing& timing, bool first) {
  const Outcome outcome = instance.run(workload, clock, probe);
  clock.settle();
  if (!first && outcome.answer != timing.answer) {
    throw std::runtime_error(fmt::format("two iterations answered differently: {} and {}",
                                         timing.answer, outcome.answer));
  }
  timing.answer = outcome.answer;
  timing.ops += outcome.ops;
}

// Usage less what reading it cost; unknown where the reading is more than a tenth of it.
std::optional<Usage> corrected(Usage usage, std::int64_t iterations) {
  static const std::int64_t overhead = Stopwatch::overhead_ns();
  usage.cpu_ns -= overhead * iterations;
  if (usage.cpu_ns < 10 * overhead * iterations) return {};
  return usage;
}

Timing measure(Instance& instance, const Workload& workload, std::int64_t iterations,
               Stopwatch& clock, Probe* probe = nullptr) {
  Timing timing{};
  std::exception_ptr failure;
  benchmark::RegisterBenchmark(
      "cell",
      [&](benchmark::State& state) {
        bool first = true;
        for (auto _ : state) {
          try {
            run_once(instance, workload, clock, probe, timing, first);
          } catch (...) {  // must not pass through Google Benchmark, which would not unwind
            failure = std::current_exception();
            state.SkipWithError("failed");
            break;
          }
          state.SetIterationTime(static_cast<double>(clock.last_wall_ns()) / 1e9);
          first = false;
        }
      })
      ->UseManualTime()
      ->Iterations(iterations);
  Keeper keeper;
  // The filter is given here so that no environment variable can change it.
  const std::size_t ran = benchmark::RunSpecifiedBenchmarks(&keeper, nullptr, "cell");
  benchmark::ClearRegisteredBenchmarks();
  if (failure) std::rethrow_exception(failure);
  if (ran != 1 || !keeper.run() || keeper.run()->iterations != iterations) {
    throw std::runtime_error("Google Benchmark did not run the iterations it was given");
  }
  timing.wall_ns = std::llround(keeper.run()->real_accumulated_time * 1e9);
  if (clock.reads_usage()) timing.usage = corrected(clock.sum(), iterations);
  return timing;
}

// The largest child that has been waited for; nothing if there was none.
std::optional<std::int64_t> children_peak_rss() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0 || usage.ru_maxrss == 0) return {};
  return usage.ru_maxrss * std::int64_t{1024};
}

std::int64_t start_cold(const Model& model, const Setup& setup,
                        std::unique_ptr<Instance>& instance) {
  const std::int64_t before = Stopwatch::now();
  instance = model.start(setup);
  Stopwatch clock;
  const Workload one_task = make_workload("spawn", {{"n", 1}});
  if (model.no_pair(one_task).empty()) instance->run(one_task, clock);
  return Stopwatch::now() - before;
}

// With these in the place of the variant's own, and as well checked. Throws UnknownVariant.
Options options_from(const Json& json, const Variant& variant) {
  Options options = variant.options;
  for (const auto& [name, value] : json.items()) options[name] = string_field(json, name);
  std::string token(variant.model->name);
  for (const auto& [name, value] : options) token += fmt::format(":{}={}", name, value);
  return parse_variant(token).options;
}

// A session names every parameter: what it left out would be run at a size nobody asked for.
void refuse_gaps(const Workload& workload, const Params& given) {
  for (const auto& [name, value] : params_of(workload)) {
    if (given.contains(name)) continue;
    throw BadParameter(fmt::format("{}.{} is missing", about(workload).name, name));
  }
}

// The worker's side of docs/protocol.md, for the models of this program.
class Worker {
 public:
  Worker(std::string name, Variant variant, double slow_down)
      : name_(std::move(name)), variant_(std::move(variant)), slow_down_(slow_down) {
    // Whatever else in this process writes to stdout must not end up in the conversation.
    out_ = fdopen(dup(STDOUT_FILENO), "w");
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~Worker() { fclose(out_); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  int converse() {
    say(hello());
    for (std::string line; std::getline(std::cin, line);) {
      try {
        const Json message = parse_json(line);
        if (string_field(message, "type") == "close") {
          say(close());
          return exit_ok;
        }
        say(answer(message));
      } catch (const BadJson& error) {  // the other side does not keep to the protocol
        say(failed(error.what()));
        return exit_usage;
      }
    }
    return exit_ok;
  }

 private:
  const Model& model() const { return *variant_.model; }
  static Json failed(const std::string& why) { return {{"type", "failed"}, {"reason", why}}; }
  static Json refused(const std::string& why) { return {{"type", "refused"}, {"reason", why}}; }

  void say(const Json& message) {
    const std::string line = to_line(message) + "\n";
    fwrite(line.data(), 1, line.size(), out_);
    fflush(out_);
  }

  Json answer(const Json& message) {
    const std::string type = string_field(message, "type");
    if (type == "open" && !instance_) return open(message);
    if (type == "run" && instance_) return run(message);
    throw BadJson(fmt::format("a '{}' message is not expected here", type));
  }

  Json hello() const {
    Json workloads = Json::array(), refuses = Json::object();
    for (const WorkloadInfo& info : workload_infos()) {
      const std::string why = model().no_pair(make_workload(info.about.name, {}));
      if (why.empty()) {
        workloads.push_back(info.about.name);
      } else {
        refuses[std::string(info.about.name)] = why;
      }
    }
    const std::string build =
        fmt::format("{}, {}, {}", build_info::commit, build_info::compiler, build_info::flags);
    return {{"type", "hello"},        {"protocol", 1},
            {"program", "concbench"}, {"version", build_info::version},
            {"model", name_},         {"workloads", workloads},
            {"refuses", refuses},     {"build", build}};
  }

  Json open(const Json& message) try {
    const Params params = params_from_json(field(message, "params"), "params");
    workload_ = make_workload(string_field(message, "workload"), params);
    Setup setup;
    for (const Json& cpu : as_array(field(message, "cpus"), "cpus")) {
      setup.cpus.push_back(static_cast<int>(as_integer(cpu, "cpus")));
    }
    if (setup.cpus.empty()) return refused("no CPUs were named");
    const Json* options = optional_field(message, "options");
    setup.options = options ? options_from(*options, variant_) : variant_.options;
    if (const std::string why = model().no_pair(*workload_); !why.empty()) return refused(why);
    refuse_gaps(*workload_, params);
    if (!optional_field(message, "despite_limits")) {
      const std::string why =
          model().refusal({about(*workload_).shape, demand(*workload_), setup, read_limits()});
      if (!why.empty()) return refused(why);
    }
    const std::int64_t cold = start_cold(model(), setup, instance_);
    observer_.emplace();
    return {{"type", "opened"}, {"cold_start_ns", cold}};
  } catch (const BadParameter& error) {
    return refused(error.what());
  } catch (const UnknownVariant& error) {
    return refused(error.what());
  } catch (const Exhausted& error) {
    return refused(error.what());
  } catch (const std::system_error& error) {  // a CPU that may not be used, say
    return refused(error.what());
  }

  // What the model notes is what it has come to, so it is asked last.
  Json close() {
    const Notes notes = instance_ ? instance_->notes() : Notes{};
    instance_.reset();
    return {{"type", "closed"},
            {"children_peak_rss_bytes", or_null(children_peak_rss())},
            {"notes", notes}};
  }

  Json run(const Json& message) {
    const std::int64_t iterations = integer_field(message, "iterations");
    if (iterations < 1) throw BadJson("\"iterations\" must be at least 1");
    try {
      return sample(iterations, optional_field(message, "observe") != nullptr);
    } catch (const std::exception& error) {
      return failed(error.what());
    }
  }

  // The time of a part of an iteration, of which a whole one is run.
  std::int64_t part_of_iteration_ns(double part) {
    if (part < 0.001) return 0;
    Stopwatch clock(false);
    return std::llround(part *
                        static_cast<double>(measure(*instance_, *workload_, 1, clock).wall_ns));
  }

  Json sample(std::int64_t iterations, bool observe) {
    // A slow-down is real work of this cell in the same interval, of which only the time is told.
    const double more = static_cast<double>(iterations) * slow_down_;
    const auto extra = static_cast<std::int64_t>(more);
    Stopwatch clock(usage_);
    Probe* const probe = observe ? &observer_->begin(clock) : nullptr;
    Timing timing = measure(*instance_, *workload_, iterations + extra, clock, probe);
    timing.ops -= timing.ops / static_cast<std::uint64_t>(iterations + extra) *
                  static_cast<std::uint64_t>(extra);
    timing.wall_ns += part_of_iteration_ns(more - static_cast<double>(extra));
    // Where iterations are too short for it, the next sample is not burdened with reading usage;
    // a first iteration alone is no measure of that.
    if (iterations > 1) usage_ = timing.usage.has_value();
    Json workers = Json::array();
    for (const WorkerReport& worker : instance_->workers()) {
      workers.push_back(
          {{"cpu", worker.cpu}, {"observed", worker.observed}, {"migrations", worker.migrations}});
    }
    const auto usage_field = [&](std::int64_t Usage::*member) {
      return timing.usage ? Json((*timing.usage).*member) : Json(nullptr);
    };
    Json sample{{"type", "sample"},
                {"iterations", iterations},
                {"wall_ns", timing.wall_ns},
                {"ops", timing.ops},
                {"answer", std::to_string(timing.answer)},
                {"cpu_ns", usage_field(&Usage::cpu_ns)},
                {"voluntary", usage_field(&Usage::voluntary)},
                {"involuntary", usage_field(&Usage::involuntary)},
                {"workers", workers}};
    if (observe) observer_->report(clock, sample);
    return sample;
  }

  std::string name_;  // of the model, as it was asked for
  Variant variant_;
  FILE* out_;
  std::optional<Workload> workload_;
  std::unique_ptr<Instance> instance_;
  std::optional<Observer> observer_;
  double slow_down_;
  bool usage_ = true;  // whether samples read what they used
};

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
  return Worker(request.model, std::move(variant), request.slow_down).converse();
}

}  // namespace concbench
