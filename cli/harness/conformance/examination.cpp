#include "cli/harness/conformance/examination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "cli/harness/conformance/conversation.hpp"
#include "cli/harness/conformance/samples.hpp"
#include "cli/harness/conformance/sizes.hpp"
#include "models/machine/affinity.hpp"
#include "reports/result/params_json.hpp"
#include "reports/text/text.hpp"

namespace concbench::conformance {
namespace {

constexpr std::string_view model_letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

// The sets of CPUs on which cells are tried: of one worker, and of two where there are two cores.
std::vector<std::vector<int>> cpu_sets(const Topology& topology) {
  std::vector<std::vector<int>> sets;
  for (const int workers : {1, 2}) {
    if (workers > topology.usable_cores()) continue;
    sets.push_back(place(topology, {.workers = workers, .cpus = {}}).cpus());
  }
  return sets;
}

Json without(Json message, const std::string& param) {
  message["params"].erase(param);
  return message;
}

Json with_param(Json message, const std::string& param, const Json& value) {
  message["params"][param] = value;
  return message;
}

// Values of a parameter that are none.
std::vector<Json> bad_values(const ParamInfo& param) {
  if (!param.choices.empty()) return {"no-such-word"};
  return {param.low - 1, param.high + 1};
}

class Examination {
 public:
  Examination(const Request& request, const Topology& topology)
      : request_(request), cpu_sets_(cpu_sets(topology)) {}

  Findings examine();

 private:
  // What goes wrong in a test breaks the promise, or the one that it names.
  template <class Test>
  void attempt(std::string_view promise, const std::string& where, Test test);
  // A promise that is kept if nothing in the test breaks it.
  template <class Test>
  void prove(std::string_view promise, const std::string& where, Test test);

  std::unique_ptr<Conversation> start() const {
    return std::make_unique<Conversation>(request_.command, request_.timeout_s);
  }
  std::unique_ptr<Conversation> start_opened() const;

  void examine_hello();
  void examine_cell(const Workload& workload, const std::vector<int>& cpus);
  void examine_run(Conversation& worker, const TriedCell& cell, std::int64_t iterations,
                   bool observe);
  void examine_conversation();
  using Opens = std::vector<std::pair<std::string, Json>>;  // and what each is
  void examine_refused(std::string_view promise, const Opens& bad);
  void examine_refusals();
  void examine_parameters(const TriedCell& cell);
  void examine_errors();
  void examine_ends();
  void examine_idleness();

  bool offers(std::string_view workload) const {
    return std::ranges::count(hello_.workloads, workload) > 0;
  }
  bool is_asked_for(std::string_view workload) const {
    return request_.workloads.empty() || std::ranges::count(request_.workloads, workload) > 0;
  }
  Json open_good() const { return open_message(good_->workload, good_->cpus); }

  const Request& request_;
  std::vector<std::vector<int>> cpu_sets_;
  Hello hello_;
  std::optional<TriedCell> good_;  // one that ran
  bool told_placement_ = true;
  Findings findings_;
};

template <class Test>
void Examination::attempt(std::string_view promise, const std::string& where, Test test) try {
  test();
} catch (const CannotStart& failure) {
  throw Impossible(failure.what());
} catch (const Broken& broken) {
  findings_.broken({broken.promise, where, broken.what()});
} catch (const NoMessage& failure) {
  findings_.broken({"output", where, failure.what()});
} catch (const WorkerFailure& failure) {
  findings_.broken({std::string(promise), where, failure.what()});
} catch (const BadJson& error) {
  findings_.broken({"fields", where, printable(error.what(), 300)});
}

template <class Test>
void Examination::prove(std::string_view promise, const std::string& where, Test test) {
  attempt(promise, where, [&] {
    test();
    findings_.held(promise);
  });
}

// With the good cell open.
std::unique_ptr<Conversation> Examination::start_opened() const {
  auto worker = start();
  worker->require("replies", open_good(), "opened");
  return worker;
}

void Examination::examine_hello() {
  prove("hello", "at the start", [&] {
    const auto worker = start();
    const auto require = [](bool holds, const std::string& what) {
      if (!holds) throw Broken("hello", what);
    };
    try {
      hello_ = read_hello(worker->hello());
    } catch (const BadJson& error) {
      throw Broken("hello", printable(error.what(), 300));
    }
    findings_.program = hello_.program;
    findings_.version = hello_.version;
    findings_.model = request_.name.empty() ? hello_.model : request_.name;
    for (const char* name : {"program", "version", "model"}) {
      require(worker->hello().contains(name), fmt::format("lacks \"{}\"", name));
    }
    const std::string model = hello_.model.substr(0, hello_.model.find(':'));
    require(!model.empty() && model.find_first_not_of(model_letters) == model.npos,
            fmt::format("the model '{}' is not in lower-case letters, digits and '-'", model));
    require(!hello_.workloads.empty(), "offers no workload");
    for (const std::string& name : hello_.workloads) {
      const auto known = std::ranges::count(
          workload_infos(), name, [](const WorkloadInfo& info) { return info.about.name; });
      require(known > 0, fmt::format("offers '{}', which is no workload", name));
      require(!hello_.refuses.contains(name), fmt::format("offers and refuses {}", name));
    }
    for (const auto& [name, reason] : hello_.refuses) {
      require(!reason.empty(), fmt::format("refuses {} without a reason", name));
    }
    worker->close();
  });
}

void Examination::examine_run(Conversation& worker, const TriedCell& cell, std::int64_t iterations,
                              bool observe) {
  Json message = run_message(iterations);
  if (observe) message["observe"] = true;
  const auto before = Process::Clock::now();
  const Json sample = worker.require("replies", message, "sample");
  const auto took = std::chrono::nanoseconds(Process::Clock::now() - before).count();
  const Run run{cell.workload, cell.cpus, iterations, read_sampled(sample, cell.cpus.size()), took};
  const std::string where =
      fmt::format("{}, {}{} iteration{}", name_of(cell.workload, cell.cpus),
                  observe ? "observed, " : "", iterations, iterations == 1 ? "" : "s");
  findings_.judge("fields", where, missing_field(sample));
  findings_.judge("answer", where, wrong_answer(run));
  findings_.judge("operations", where, wrong_operations(run));
  findings_.judge("iterations", where, wrong_iterations(run));
  findings_.judge("time", where, wrong_time(run));
  if (run.reply.workers) {
    findings_.judge("placement", where, wrong_placement(run));
  } else {
    told_placement_ = false;
  }
  if (observe) findings_.judge("observation", where, wrong_observation(run));
}

void Examination::examine_cell(const Workload& workload, const std::vector<int>& cpus) {
  TriedCell cell{workload, cpus, false, ""};
  const std::string where = name_of(workload, cpus);
  request_.progress(where);
  cell.reason = "failed";
  prove("replies", where, [&] {
    const auto worker = start();
    const Json reply = worker->ask(open_message(workload, cpus));
    if (type_of(reply) == "refused") {
      cell.reason = reason_of(reply);
      if (cell.reason.empty()) throw Broken("refusal", "refused without a reason");
      return;
    }
    if (type_of(reply) != "opened") {
      throw Broken("replies", fmt::format("answered open with '{}'", type_of(reply)));
    }
    read_opened(reply);
    if (!reply.contains("cold_start_ns")) {
      throw Broken("fields", "an opened lacks \"cold_start_ns\"");
    }
    for (const std::int64_t iterations : {1, 3}) examine_run(*worker, cell, iterations, false);
    examine_run(*worker, cell, 1, true);
    examine_run(*worker, cell, 2, false);  // for which nothing of the observed one is left
    worker->close();
    findings_.held("output");
    cell.ran = true;
  });
  if (cell.ran && !good_) good_ = cell;
  findings_.cells.push_back(std::move(cell));
}

// All refused by one worker, since one that refuses goes on.
void Examination::examine_refused(std::string_view promise, const Opens& bad) {
  std::unique_ptr<Conversation> worker;
  for (const auto& [where, message] : bad) {
    bool goes_on = false;
    prove(promise, where, [&, &message = message] {
      if (!worker) worker = start();
      worker->require_refusal(promise, message);
      goes_on = true;
    });
    if (!goes_on) worker.reset();
  }
}

void Examination::examine_refusals() {
  Json unknown = open_good(), elsewhere = open_good(), with_option = open_good();
  unknown["workload"] = "no-such-workload";
  elsewhere["cpus"] = {os::max_cpus - 1};
  with_option["options"]["no-such-option"] = "1";
  Opens bad{{"an unknown workload", unknown}, {"a CPU that is not there", elsewhere}};
  for (const WorkloadInfo& info : workload_infos()) {
    if (offers(info.about.name)) continue;
    bad.emplace_back(fmt::format("{}, which it does not offer", info.about.name),
                     open_message(sizes_of(info).front(), good_->cpus));
  }
  examine_refused("refusal", bad);
  examine_refused("options", {{"an option that it does not have", with_option}});
  prove("reopening", "after two refusals", [&] {
    const auto worker = start();
    for (int i = 0; i < 2; ++i) worker->require_refusal("reopening", unknown);
    worker->require("reopening", open_good(), "opened");
    const Sampled sampled =
        read_sampled(worker->require("reopening", run_message(1), "sample"), good_->cpus.size());
    if (sampled.answer != std::to_string(expected(good_->workload))) {
      throw Broken("reopening", "the answer was wrong");
    }
    worker->close();
  });
}

void Examination::examine_parameters(const TriedCell& cell) {
  const WorkloadInfo& info = workload_info(about(cell.workload).name);
  request_.progress(fmt::format("parameters of {}", info.about.name));
  const Json good = open_message(cell.workload, cell.cpus);
  Opens bad;
  for (const ParamInfo& param : info.params) {
    const std::string name(param.name);
    bad.emplace_back(fmt::format("{}.{} missing", info.about.name, name), without(good, name));
    for (const Json& value : bad_values(param)) {
      bad.emplace_back(fmt::format("{}.{}={}", info.about.name, name, to_line(value)),
                       with_param(good, name, value));
    }
  }
  bad.emplace_back(fmt::format("{}.no_such_parameter=1", info.about.name),
                   with_param(good, "no_such_parameter", 1));
  examine_refused("parameters", bad);
}

void Examination::examine_errors() {
  const auto test = [&](std::string_view promise, bool opened, std::string_view line) {
    // One that goes on is waited for in vain: once is enough.
    if (findings_.is_broken(promise)) return;
    prove(promise, opened ? "with a cell open" : "at the start",
          [&] { (opened ? start_opened() : start())->require_error(promise, line); });
  };
  for (const char* line : {"{", "[]", "3", "", "{}", R"({"type":3})"}) {
    test("malformed", false, line);
  }
  for (const char* line : {R"({"type":"run"})", R"({"type":"run","iterations":0})",
                           R"({"type":"run","iterations":"2"})"}) {
    test("malformed", true, line);
  }
  for (const bool opened : {false, true}) test("unknown-type", opened, R"({"type":"dance"})");
  test("order", false, to_line(run_message(1)));
  test("order", true, to_line(open_good()));
  prove("unknown-fields", "in an open, a run and a close", [&] {
    const auto more = [](Json message) {
      message["no_such_field"] = {{"a", {1, nullptr}}};
      return message;
    };
    const auto worker = start();
    worker->require("unknown-fields", more(open_good()), "opened");
    worker->require("unknown-fields", more(run_message(1)), "sample");
    worker->close(more({{"type", "close"}}));
  });
}

void Examination::examine_ends() {
  using Lead = std::function<void(Conversation&)>;
  const auto refuse = [&](Conversation& worker) {
    Json unknown = open_good();
    unknown["workload"] = "no-such-workload";
    worker.ask(unknown);
  };
  const auto open = [&](Conversation& worker) { worker.ask(open_good()); };
  const std::pair<const char*, Lead> states[] = {
      {"at the start", [](Conversation&) {}},
      {"after a refusal", refuse},
      {"with a cell open", open},
      {"after a sample",
       [&](Conversation& worker) {
         open(worker);
         worker.ask(run_message(1));
       }},
  };
  for (const auto& [where, lead] : states) {
    attempt("end-of-input", where, [&, &lead = lead] {
      const auto worker = start();
      lead(*worker);
      worker->process().close_input();
      worker->require_end("end-of-input");
      const std::string said = worker->rest();
      if (!said.empty()) {
        throw Broken("end-of-input", fmt::format("wrote: {}", printable(said, 120)));
      }
      findings_.held("end-of-input");
    });
    prove("close", where, [&, &lead = lead] {
      const auto worker = start();
      lead(*worker);
      worker->close();
    });
  }
  prove("end-of-input", "during a run", [&] {
    const auto worker = start_opened();
    worker->process().send(run_message(3));
    worker->process().close_input();
    worker->require_end("end-of-input");
  });
}

void Examination::examine_idleness() {
  using namespace std::chrono_literals;
  constexpr auto watched = 500ms;
  constexpr std::int64_t most_ns = 20'000'000;  // two of the kernel's ticks, by which it counts
  constexpr int looks = 4;  // a runtime may still be putting things away, or compiling
  const auto require = [&](Conversation& worker) {
    std::int64_t used = 0;
    for (int look = 0; look < looks; ++look) {
      std::this_thread::sleep_for(200ms);
      const auto before = worker.process().cpu_ns();
      std::this_thread::sleep_for(watched);
      const auto after = worker.process().cpu_ns();
      if (!before || !after) throw Broken("idle", "ended while it waited");
      used = *after - *before;
      if (used <= most_ns) return;
    }
    throw Broken("idle",
                 fmt::format("used {} ms of CPU time in {} ms", used / 1'000'000, watched.count()));
  };
  prove("idle", "at the start", [&] {
    const auto worker = start();
    require(*worker);
  });
  prove("idle", "after a sample", [&] {
    const auto worker = start_opened();
    worker->require("replies", run_message(3), "sample");
    require(*worker);
  });
}

void Examination::examine_conversation() {
  if (!good_) {
    for (const char* promise :
         {"refusal", "parameters", "options", "reopening", "unknown-fields", "unknown-type",
          "malformed", "order", "end-of-input", "close", "idle"}) {
      findings_.untried(promise, "no cell ran");
    }
    return;
  }
  request_.progress("refusals");
  examine_refusals();
  std::string_view before;
  for (const TriedCell& cell : findings_.cells) {
    const std::string_view workload = about(cell.workload).name;
    if (cell.ran && workload != before) examine_parameters(cell);
    if (cell.ran) before = workload;
  }
  request_.progress("errors");
  examine_errors();
  request_.progress("ends");
  examine_ends();
  request_.progress("idleness");
  examine_idleness();
}

Findings Examination::examine() {
  examine_hello();
  for (const WorkloadInfo& info : workload_infos()) {
    if (!offers(info.about.name) || !is_asked_for(info.about.name)) continue;
    for (const std::vector<int>& cpus : cpu_sets_) {
      for (const Workload& workload : sizes_of(info)) examine_cell(workload, cpus);
    }
  }
  if (!good_) {
    findings_.broken({"replies", "all cells", "none of the workloads it offers ran"});
  }
  if (!told_placement_) {
    findings_.untried("placement", "it does not tell where it ran");
    findings_.remarks.push_back(
        "It does not tell where it ran (\"workers\": null): its numbers will be unproved.");
  }
  if (cpu_sets_.size() < 2) findings_.remarks.push_back("Here is one CPU: two were not tried.");
  examine_conversation();
  return std::move(findings_);
}

}  // namespace

Findings examine(const Request& request, const Topology& topology) {
  return Examination(request, topology).examine();
}

}  // namespace concbench::conformance
