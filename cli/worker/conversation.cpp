#include "cli/worker/conversation.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/exit_codes.hpp"
#include "cli/worker/observer.hpp"
#include "cli/worker/timing.hpp"
#include "reports/result/json.hpp"
#include "reports/result/params_json.hpp"

namespace concbench {
namespace {

// The largest child that has been waited for; nothing if there was none.
std::optional<std::int64_t> children_peak_rss() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0 || usage.ru_maxrss == 0) return {};
  return usage.ru_maxrss * std::int64_t{1024};
}

// With these in the place of the variant's own. Throws UnknownVariant.
Options options_from(const Json& json, const Variant& variant) {
  Options options = variant.options;
  for (const auto& [name, value] : json.items()) {
    choose(*variant.model, name + "=" + string_field(json, name), options);
  }
  return options;
}

// A session names every parameter: what it left out would be run at a size nobody asked for.
void refuse_gaps(const Workload& workload, const Params& given) {
  for (const auto& [name, value] : params_of(workload)) {
    if (given.contains(name)) continue;
    throw BadParameter(fmt::format("{}.{} is missing", about(workload).name, name));
  }
}

// The worker's side of docs/protocol.md, for one model.
class Conversation {
 public:
  explicit Conversation(Speaker speaker) : self_(std::move(speaker)) {
    // Whatever else in this process writes to stdout must not end up in the conversation.
    out_ = fdopen(dup(STDOUT_FILENO), "w");
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~Conversation() { fclose(out_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

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
  const Model& model() const { return *self_.variant.model; }
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
    return {{"type", "hello"},          {"protocol", 1},       {"program", self_.program},
            {"version", self_.version}, {"model", self_.name}, {"workloads", workloads},
            {"refuses", refuses},       {"build", self_.build}};
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
    setup.options = options ? options_from(*options, self_.variant) : self_.variant.options;
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
    const double more = static_cast<double>(iterations) * self_.slow_down;
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

  const Speaker self_;
  FILE* out_;
  std::optional<Workload> workload_;
  std::unique_ptr<Instance> instance_;
  std::optional<Observer> observer_;
  bool usage_ = true;  // whether samples read what they used
};

}  // namespace

int converse(Speaker speaker) { return Conversation(std::move(speaker)).converse(); }

}  // namespace concbench
