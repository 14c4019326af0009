// concbench worker
#include <memory>

#include "cli/harness/catalog.hpp"
#include "cli/options/command.hpp"
#include "cli/options/selection.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct WorkerWords {
  std::string model, workload, cpus, iterations = "1", samples = "1", slow_down = "0";
  Words sets;
};

WorkerRequest to_request(const WorkerWords& words) {
  WorkerRequest request{.model = words.model, .workload = words.workload, .params = {}, .cpus = {}};
  for (const std::string& text : words.sets) {
    Setting setting = parse_setting(text);
    request.params[setting.param] = setting.values.front();
  }
  refuse_unknown_model(words.model);
  if (!words.cpus.empty()) request.cpus = parse_cpus("--cpus", words.cpus);
  request.iterations = parse_number<int>("--iterations", words.iterations, 1, INT32_MAX);
  request.samples = parse_number<int>("--samples", words.samples, 1, INT32_MAX);
  request.slow_down = parse_number<double>("--slow-down", words.slow_down, 0, 1'000) / 100;
  return request;
}

Finish bind_worker(CLI::App& app) {
  const auto words = std::make_shared<WorkerWords>();
  app.add_option("--model", words->model, "a model of this program")
      ->type_name(kinds::model)
      ->required();
  const auto option = [&](const char* name, auto& into, const char* kind, const char* help) {
    return app.add_option(name, into, help)->type_name(kind);
  };
  option("--workload", words->workload, kinds::workload, "run this workload and leave");
  option("--set", words->sets, kinds::setting, "WORKLOAD.PARAMETER=VALUE")->allow_extra_args(false);
  option("--cpus", words->cpus, kinds::cpus, "logical CPU of each worker");
  option("--iterations", words->iterations, kinds::number, "runs in a sample");
  option("--samples", words->samples, kinds::number, "samples");
  option("--slow-down", words->slow_down, kinds::percent,
         "work to do and time beyond what is asked for (check --self-test)");
  return [words](const Words&) { return to_request(*words); };
}

}  // namespace

const CommandLine worker_command{
    "worker", "speak the worker protocol, or run one cell in this process (for perf and gdb)",
    "Example:\n"
    "  perf record concbench worker --model=fibers --workload=fib --set fib.n=27 "
    "--cpus=0,1 --iterations=100",
    bind_worker};

}  // namespace concbench::options
