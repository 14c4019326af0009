#include "cli/harness/open_cell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>

#include "cli/harness/program_files.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/counters.hpp"
#include "reports/result/params_json.hpp"

namespace concbench {
namespace {

std::optional<std::int64_t> optional_integer(const Json& message, std::string_view key) {
  if (!optional_field(message, key)) return {};
  return integer_field(message, key);
}

std::int64_t own_cpu_ns() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_nsec;
}

std::optional<std::int64_t> difference(std::optional<std::int64_t> after,
                                       std::optional<std::int64_t> before) {
  if (!after || !before) return {};
  return *after - *before;
}

// Those of `cpus` that the process's main thread may use; nothing if the kernel does not say.
std::optional<std::vector<int>> usable(const std::vector<int>& cpus, pid_t process) try {
  const std::vector<int> allowed = os::allowed_cpus(process);
  std::vector<int> both;
  std::ranges::copy_if(cpus, std::back_inserter(both),
                       [&](int cpu) { return std::ranges::binary_search(allowed, cpu); });
  return both;
} catch (const std::system_error&) {
  return std::nullopt;
}

}  // namespace

OpenCell::OpenCell(const Candidate& candidate, const Workload& workload, const Placement& placement,
                   Conversation::Clock::time_point deadline, Sizes sizes)
    : candidate_(candidate),
      cpus_(placement.cpus()),
      expected_answer_(expected(workload)),
      expected_ops_(demand(workload).ops),
      talk_(candidate.launch, deadline) {
  const Json hello = talk_.receive();
  if (identity_of(candidate.launch) != candidate.identity) throw Replaced(candidate.launch.front());
  if (string_field(hello, "type") != "hello") {
    throw WorkerFailure(Status::failed, "the worker did not begin with a hello");
  }
  Json open{{"type", "open"},
            {"workload", about(workload).name},
            {"params", to_json(params_of(workload))},
            {"cpus", cpus_},
            {"options", candidate.options}};
  if (sizes == Sizes::any) open["despite_limits"] = true;
  const Json opened = ask(open, "opened");
  info_.cold_start_ns = optional_integer(opened, "cold_start_ns");
  cpus_of_start_ = usable(cpus_, talk_.pid());
}

// Sends, and returns the answer if it is of the type hoped for.
Json OpenCell::ask(const Json& message, const char* answer_type) try {
  talk_.send(message);
  Json answer = talk_.receive();
  const std::string type = string_field(answer, "type");
  if (type == answer_type) return answer;
  if (type == "refused") throw Refused(string_field(answer, "reason"));
  if (type == "failed") throw WorkerFailure(Status::failed, string_field(answer, "reason"));
  throw WorkerFailure(Status::failed,
                      fmt::format("the worker answered '{}' instead of '{}'", type, answer_type));
} catch (const BadJson& error) {
  throw WorkerFailure(Status::failed, fmt::format("a message of the worker: {}", error.what()));
}

// What the machine had done so far, as far as it bears on this worker.
OpenCell::Sighting OpenCell::look() const {
  return {Conversation::Clock::now(), talk_.migrations(), talk_.cpu_ns(), cpu_times(cpus_),
          own_cpu_ns()};
}

// A cpuset that shrinks in the middle of a run takes CPUs away without a word.
void OpenCell::require_cpus_of_start() const {
  const auto now = usable(cpus_, talk_.pid());
  if (!now || !cpus_of_start_ || *now == *cpus_of_start_) return;
  const std::string left = now->empty() ? "none" : fmt::format("only {}", fmt::join(*now, ", "));
  throw WorkerFailure(
      Status::failed,
      fmt::format("of its CPUs {} the worker may now use {}: its cpuset or affinity "
                  "was changed meanwhile",
                  fmt::join(*cpus_of_start_, ", "), left));
}

Sample OpenCell::run(std::int64_t iterations, bool observe) {
  Json request{{"type", "run"}, {"iterations", iterations}};
  if (observe) request["observe"] = true;
  const Sighting before = look();
  const Json message = ask(request, "sample");
  const Sighting after = look();

  Sample sample = read_sample(message, iterations);
  require_cpus_of_start();
  sample.span_ns = std::chrono::nanoseconds(after.time - before.time).count();
  sample.migrations = difference(after.migrations, before.migrations);
  if (before.machine && after.machine) {
    sample.steal_ns = after.machine->steal_ns - before.machine->steal_ns;
    if (const auto worker = difference(after.worker_cpu_ns, before.worker_cpu_ns)) {
      const std::int64_t busy = after.machine->busy_ns - before.machine->busy_ns;
      const std::int64_t own = after.own_cpu_ns - before.own_cpu_ns;
      sample.foreign_ns = busy - *worker - own;
    }
  }
  return sample;
}

Sample OpenCell::read_sample(const Json& message, std::int64_t iterations) try {
  Sample sample;
  sample.iterations = integer_field(message, "iterations");
  sample.wall_ns = integer_field(message, "wall_ns");
  const std::int64_t ops = integer_field(message, "ops");
  sample.ops = static_cast<std::uint64_t>(ops);
  sample.cpu_ns = optional_integer(message, "cpu_ns");
  sample.voluntary = optional_integer(message, "voluntary");
  sample.involuntary = optional_integer(message, "involuntary");
  answer_ = string_field(message, "answer");
  note_workers(message);
  notice_ = read_notice(message);

  const auto fail = [](const std::string& why) { throw WorkerFailure(Status::failed, why); };
  if (answer_ != std::to_string(expected_answer_)) {
    fail(fmt::format("wrong answer: {} instead of {}", answer_.substr(0, 40), expected_answer_));
  }
  if (sample.iterations != iterations) {
    fail(fmt::format("ran {} iterations instead of {}", sample.iterations, iterations));
  }
  const auto due = expected_ops_ * static_cast<std::uint64_t>(iterations);
  if (ops < 0 || sample.ops != due) {
    fail(fmt::format("performed {} operations instead of {}", ops, due));
  }
  if (sample.wall_ns <= 0) fail(fmt::format("took {} ns, which cannot be", sample.wall_ns));
  if (const std::string why = misplaced(cpus_, workers_, candidate_.pins); !why.empty()) fail(why);
  return sample;
} catch (const BadJson& error) {
  throw WorkerFailure(Status::failed, fmt::format("a message of the worker: {}", error.what()));
}

void OpenCell::note_workers(const Json& message) {
  const Json* list = optional_field(message, "workers");
  if (!list) return;
  std::vector<ObservedWorker> seen;
  for (const Json& entry : as_array(*list, "workers")) {
    ObservedWorker worker;
    worker.cpu = static_cast<int>(integer_field(entry, "cpu"));
    worker.migrations = integer_field(entry, "migrations");
    for (const Json& cpu : as_array(field(entry, "observed"), "observed")) {
      worker.observed.push_back(static_cast<int>(as_integer(cpu, "observed")));
    }
    seen.push_back(std::move(worker));
  }
  workers_ = std::move(seen);  // a worker reports all it has seen since the cell was opened
}

void OpenCell::count(std::int64_t iterations, Measures& into) {
  const Counters counters(talk_.pid());
  const Sample sample = run(iterations);
  for (const auto& [name, counted] : counters.read()) {
    auto& per_op = into.counters[name];
    if (counted) per_op = static_cast<double>(*counted) / static_cast<double>(sample.ops);
  }
  into.counter_notes = counters.notes();
}

ProcessInfo OpenCell::close() try {
  info_.peak_rss_bytes = talk_.peak_rss_bytes();
  const Json closed = ask({{"type", "close"}}, "closed");
  info_.children_peak_rss_bytes = optional_integer(closed, "children_peak_rss_bytes");
  if (const Json* notes = optional_field(closed, "notes")) {
    for (const auto& [name, note] : as_object(*notes, "notes").items()) {
      notes_[name] = as_string(note, "notes." + name);
    }
  }
  talk_.finish();
  return info_;
} catch (const BadJson& error) {
  throw WorkerFailure(Status::failed, fmt::format("a message of the worker: {}", error.what()));
}

void merge_workers(std::vector<ObservedWorker>& into, const std::vector<ObservedWorker>& more) {
  if (into.size() < more.size()) into.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    std::set<int> cpus(into[i].observed.begin(), into[i].observed.end());
    cpus.insert(more[i].observed.begin(), more[i].observed.end());
    into[i].observed.assign(cpus.begin(), cpus.end());
    into[i].cpu = more[i].cpu;
    into[i].migrations += more[i].migrations;
  }
}

void merge_notes(std::map<std::string, std::string>& into,
                 const std::map<std::string, std::string>& more) {
  for (const auto& [name, note] : more) {
    std::string& all = into[name];
    if (all.empty()) {
      all = note;
    } else if (all.find(note) == all.npos) {
      all += "; in another process: " + note;
    }
  }
}

std::string misplaced(const std::vector<int>& requested, const std::vector<ObservedWorker>& workers,
                      bool pinned) {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const ObservedWorker& worker = workers[i];
    if (pinned && i < requested.size()) {
      const std::vector<int> own{requested[i]};
      if (worker.cpu != own[0] || (!worker.observed.empty() && worker.observed != own)) {
        return fmt::format("worker {} belongs on CPU {}; it is bound to {} and was seen {}", i,
                           own[0], worker.cpu < 0 ? "none" : std::to_string(worker.cpu),
                           worker.observed.empty()
                               ? "nowhere"
                               : fmt::format("on {}", fmt::join(worker.observed, ", ")));
      }
    }
    for (const int cpu : worker.observed) {
      if (!std::ranges::count(requested, cpu)) {
        return fmt::format("it was seen on CPU {}, outside its set {}", cpu,
                           fmt::join(requested, ", "));
      }
    }
  }
  return "";
}

}  // namespace concbench
