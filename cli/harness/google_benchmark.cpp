#include "cli/harness/google_benchmark.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <sstream>

#include "cli/exit_codes.hpp"
#include "cli/harness/open_cell.hpp"
#include "cli/harness/patience.hpp"
#include "cli/harness/program_files.hpp"
#include "cli/harness/programs.hpp"
#include "reports/result/descriptor.hpp"
#include "reports/result/json.hpp"
#include "reports/statistics/statistics.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

constexpr std::size_t longest_message = 200;

// A file without a name, which goes with this object, and which another program can open by a path:
// what a benchmark prints to stdout cannot get into it.
class PassedFile {
 public:
  PassedFile() : descriptor_(memfd_create("concbench-benchmark", MFD_CLOEXEC)) {
    if (descriptor_.number() < 0) {
      throw WorkerFailure(Status::failed, "no memory for the results of a benchmark");
    }
  }

  std::string path() const { return fmt::format("/proc/{}/fd/{}", getpid(), descriptor_.number()); }

  std::string text() const {
    std::string all;
    char buffer[1 << 16];
    for (ssize_t n; (n = pread(descriptor_.number(), buffer, sizeof buffer,
                               static_cast<off_t>(all.size()))) > 0;) {
      all.append(buffer, static_cast<std::size_t>(n));
      if (all.size() > most) {
        throw WorkerFailure(Status::failed, "the process wrote over 16 MiB of results");
      }
    }
    return all;
  }

 private:
  static constexpr std::size_t most = std::size_t{16} << 20;
  Descriptor descriptor_;
};

// The pattern that matches this name alone, for POSIX as well as for ECMAScript, since the library
// may have been built with either.
std::string pattern_of(std::string_view name) {
  std::string pattern = "^";
  for (const char c : name) {
    if (std::string_view(R"(\^$.[]|()?*+{})").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '$';
}

std::string length_flag(const GoogleBenchmark::Length& length) {
  if (length.iterations) return fmt::format("--benchmark_min_time={}x", *length.iterations);
  return fmt::format("--benchmark_min_time={}", length.seconds);  // versions before 1.8 know no "s"
}

// The library writes counters that are no numbers as no JSON has them, and control characters of
// labels as they are. A value ends its line.
std::string mended(const std::string& json) {
  std::istringstream lines(json);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    const bool comma = line.ends_with(',');
    const std::string_view value = std::string_view(line).substr(0, line.size() - comma);
    for (const std::string_view odd : {": NaN", ": -NaN", ": Infinity", ": -Infinity"}) {
      if (!value.ends_with(odd)) continue;
      line =
          fmt::format("{}: null{}", value.substr(0, value.size() - odd.size()), comma ? "," : "");
      break;
    }
    text += line + '\n';
  }
  return text;
}

double ns_of_unit(const std::string& unit) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  throw BadJson(fmt::format("\"time_unit\" is '{}', which is none", printable(unit, 20)));
}

bool is_set(const Json& entry, const char* key) {
  return optional_field(entry, key) && bool_field(entry, key);
}

std::string message(const Json& entry, const char* key) {
  return printable(string_field(entry, key), longest_message);
}

void require_success(const Json& entry) {
  if (is_set(entry, "error_occurred")) {
    throw WorkerFailure(Status::failed, fmt::format("the benchmark reports an error: {}",
                                                    message(entry, "error_message")));
  }
  if (is_set(entry, "skipped")) {
    throw Refused(fmt::format("the benchmark skips itself: {}", message(entry, "skip_message")));
  }
}

double ns_of(const Json& entry) {
  const double ns = number_field(entry, "real_time") * ns_of_unit(string_field(entry, "time_unit"));
  if (!(ns > 0)) throw BadJson(fmt::format("an iteration took {} ns, which cannot be", ns));
  return ns;
}

// Of all threads together, as the library counts them.
std::int64_t iterations_of(const Json& entry) {
  const std::int64_t threads =
      optional_field(entry, "threads") ? integer_field(entry, "threads") : 1;
  return integer_field(entry, "iterations") / std::max<std::int64_t>(1, threads);
}

GoogleBenchmark::Run read_run(const Json& results) {
  GoogleBenchmark::Run run;
  std::vector<double> repetitions;
  std::optional<double> median_told;
  for (const Json& entry : as_array(field(results, "benchmarks"), "benchmarks")) {
    require_success(entry);
    const Json* type = optional_field(entry, "run_type");
    if (!type || as_string(*type, "run_type") == "iteration") {
      repetitions.push_back(ns_of(entry));
      run.iterations = iterations_of(entry);
    } else if (const Json* aggregate = optional_field(entry, "aggregate_name");
               aggregate && as_string(*aggregate, "aggregate_name") == "median") {
      median_told = ns_of(entry);
    }
  }
  if (repetitions.size() > 1) repetitions.erase(repetitions.begin());  // which warms up
  if (repetitions.empty() && !median_told) throw BadJson("it has no time of the benchmark");
  run.ns = repetitions.empty() ? *median_told : median(std::move(repetitions));
  return run;
}

}  // namespace

GoogleBenchmark::GoogleBenchmark(std::string_view role, const std::string& named, double timeout_s)
    : command_(command_of(role, named)), identity_(identity_of(command_)), timeout_s_(timeout_s) {
  const auto refuse = [&](const std::string& why) {
    throw UsageError(
        fmt::format("{}={}: {}; --gbench wants a program of Google Benchmark", role, named, why));
  };
  try {
    if (names("").empty()) refuse("lists no benchmarks");
  } catch (const WorkerFailure& failure) {
    refuse(failure.what());
  }
}

std::vector<std::string> GoogleBenchmark::names(const std::string& filter) const {
  std::vector<std::string> command = command_;
  command.push_back("--benchmark_list_tests=true");
  command.push_back(fmt::format("--benchmark_filter={}", filter.empty() ? "all" : filter));
  Process process(command, deadline_in(timeout_s_));
  const std::string text = process.finish();
  if (text.size() >= Process::most_output) {
    throw WorkerFailure(Status::failed, "it lists over 1 MiB of benchmarks");
  }
  std::istringstream lines(text);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) names.push_back(std::move(line));
  }
  return names;
}

GoogleBenchmark::Run GoogleBenchmark::run(const std::string& name, const Length& length,
                                          int repetitions) try {
  const PassedFile results;
  std::vector<std::string> command = command_;
  command.insert(command.end(),
                 {"--benchmark_filter=" + pattern_of(name), length_flag(length),
                  fmt::format("--benchmark_repetitions={}", repetitions),
                  "--benchmark_out_format=json", "--benchmark_out=" + results.path()});
  const auto start = Process::Clock::now();
  Process process(command, deadline_in(timeout_s_));
  process.finish();
  const std::chrono::duration<double> span = Process::Clock::now() - start;
  const Json json = parse_json(mended(results.text()));
  Run run = read_run(json);
  run.span_s = span.count();
  if (const Json* told = optional_field(field(json, "context"), "library_version")) {
    library_version_ = printable(as_string(*told, "library_version"), 40);
  }
  require_unchanged();
  return run;
} catch (const BadJson& bad) {
  require_unchanged();
  throw WorkerFailure(Status::failed, fmt::format("results of the process: {}", bad.what()));
} catch (const WorkerFailure&) {
  require_unchanged();
  throw;
}

bool GoogleBenchmark::takes_iterations(const std::string& name, std::int64_t iterations) try {
  return run(name, {.iterations = iterations}, 1).iterations == iterations;
} catch (const Replaced&) {
  throw;
} catch (const WorkerFailure&) {
  return false;  // as the library refuses what it does not know
}

std::string GoogleBenchmark::version() const {
  if (library_version_.empty()) return "Google Benchmark";
  return fmt::format("Google Benchmark {}",
                     std::string_view(library_version_).substr(library_version_[0] == 'v'));
}

void GoogleBenchmark::require_unchanged() const { require_identity(command_, identity_); }

}  // namespace concbench
