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

constexpr double crowded = 0.25;  // of a cell's CPUs: so much for others is worth a word

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

// A message that is none of the protocol's is a failure of whoever wrote it.
template <class Read>
auto believed(Read read) try {
  return read();
} catch (const BadJson& error) {
  throw WorkerFailure(Status::failed, fmt::format("a message of the process: {}", error.what()));
}

}  // namespace

OutOfTime::OutOfTime(const std::string& what, std::optional<double> foreign_share)
    : WorkerFailure(Status::timeout, what),
      foreign_share(foreign_share.value_or(0) < crowded ? std::nullopt : foreign_share) {}

OpenCell::OpenCell(const Candidate& candidate, const Workload& workload, const Placement& placement,
                   Process::Clock::time_point deadline, Sizes sizes) try
    : candidate_(candidate),
      cpus_(placement.cpus()),
      expected_answer_(expected(workload)),
      expected_ops_(demand(workload).ops),
      process_(candidate.launch, deadline),
      start_(look()) {
  believed([&] { return read_hello(process_.receive()); });
  require_identity(candidate.launch, candidate.identity);
  Json open{{"type", "open"},
            {"workload", about(workload).name},
            {"params", to_json(params_of(workload))},
            {"cpus", cpus_},
            {"options", candidate.options}};
  if (sizes == Sizes::any) open["despite_limits"] = true;
  const Json opened = ask(open, "opened");
  info_.cold_start_ns = believed([&] { return read_opened(opened).cold_start_ns; });
  cpus_of_start_ = usable(cpus_, process_.pid());
} catch (const WorkerFailure&) {
  // Where another file has come in the program's place, that is what went wrong.
  require_identity(candidate.launch, candidate.identity);
  throw;
}

// Sends, and returns the answer if it is of the type hoped for.
Json OpenCell::ask(const Json& message, const char* answer_type) try {
  process_.send(message);
  const Json answer = process_.receive();
  const std::string type = believed([&] { return type_of(answer); });
  if (type == answer_type) return answer;
  if (type == "refused") throw Refused(believed([&] { return reason_of(answer); }));
  if (type == "failed") {
    throw WorkerFailure(Status::failed, believed([&] { return reason_of(answer); }));
  }
  throw WorkerFailure(Status::failed,
                      fmt::format("the process answered '{}' instead of '{}'", type, answer_type));
} catch (const WorkerFailure& failure) {
  require_identity(candidate_.launch, candidate_.identity);
  if (failure.status != Status::timeout) throw;
  throw OutOfTime(failure.what(), foreign_share(start_, look()));
}

// What the machine had done so far, as far as it bears on this worker.
OpenCell::Sighting OpenCell::look() const {
  return {Process::Clock::now(), process_.migrations(), process_.cpu_ns(), cpu_times(cpus_),
          own_cpu_ns()};
}

// A cpuset that shrinks in the middle of a run takes CPUs away without a word.
void OpenCell::require_cpus_of_start() const {
  const auto now = usable(cpus_, process_.pid());
  if (!now || !cpus_of_start_ || *now == *cpus_of_start_) return;
  const std::string left = now->empty() ? "none" : fmt::format("only {}", fmt::join(*now, ", "));
  throw WorkerFailure(
      Status::failed,
      fmt::format("of its CPUs {} the process may now use {}: its cpuset or affinity "
                  "was changed meanwhile",
                  fmt::join(*cpus_of_start_, ", "), left));
}

// Of the CPUs of this cell, what neither the worker nor this program used between two looks.
std::optional<double> OpenCell::foreign_share(const Sighting& before, const Sighting& after) const {
  const auto own = difference(after.worker_cpu_ns, before.worker_cpu_ns);
  if (!before.machine || !after.machine || !own) return {};
  const std::chrono::duration<double, std::nano> span = after.time - before.time;
  const std::int64_t busy = after.machine->busy_ns - before.machine->busy_ns;
  const std::int64_t harness = after.own_cpu_ns - before.own_cpu_ns;
  const std::set<int> distinct(cpus_.begin(), cpus_.end());
  const double capacity = span.count() * static_cast<double>(distinct.size());
  return std::clamp(static_cast<double>(busy - *own - harness) / capacity, 0.0, 1.0);
}

Sample OpenCell::run(std::int64_t iterations, bool observe) {
  Json request{{"type", "run"}, {"iterations", iterations}};
  if (observe) request["observe"] = true;
  const Sighting before = look();
  const Json message = ask(request, "sample");
  const Sighting after = look();

  Sample sample = read_sample(message, iterations);
  ++runs_;
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

Sample OpenCell::read_sample(const Json& message, std::int64_t iterations) {
  const std::size_t most_workers = std::max<std::size_t>(1, cpus_.size());
  Sampled read = believed([&] { return read_sampled(message, most_workers); });
  const Sample& sample = read.sample;
  answer_ = std::move(read.answer);
  // A worker reports all it has seen since the cell was opened.
  if (read.workers) workers_ = std::move(*read.workers);
  notice_ = std::move(read.notice);

  const auto fail = [](const std::string& why) { throw WorkerFailure(Status::failed, why); };
  if (answer_ != std::to_string(expected_answer_)) {
    fail(fmt::format("wrong answer: {} instead of {}", answer_, expected_answer_));
  }
  if (sample.iterations != iterations) {
    fail(fmt::format("ran {} iterations instead of {}", sample.iterations, iterations));
  }
  const auto due = expected_ops_ * static_cast<std::uint64_t>(iterations);
  if (sample.ops != due)
    fail(fmt::format("performed {} operations instead of {}", sample.ops, due));
  if (sample.wall_ns == 0) fail("took 0 ns, which cannot be");
  if (const std::string why = misplaced(cpus_, workers_, candidate_.pins); !why.empty()) fail(why);
  return sample;
}

void OpenCell::count(std::int64_t iterations, Measures& into) {
  const Counters counters(process_.pid());
  const Sample sample = run(iterations);
  for (const auto& [name, counted] : counters.read()) {
    auto& per_op = into.counters[name];
    if (counted) per_op = static_cast<double>(*counted) / static_cast<double>(sample.ops);
  }
  into.counter_notes = counters.notes();
}

ProcessInfo OpenCell::close() {
  info_.peak_rss_bytes = process_.peak_rss_bytes();
  const Json closed = ask({{"type", "close"}}, "closed");
  Closed said = believed([&] { return read_closed(closed); });
  info_.children_peak_rss_bytes = said.children_peak_rss_bytes;
  notes_.insert(said.notes.begin(), said.notes.end());
  process_.finish();
  return info_;
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
