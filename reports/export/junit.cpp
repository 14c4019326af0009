// https://github.com/testmoapp/junitxml: what CI systems have agreed on, since there is no
// standard.
#include <fmt/format.h>

#include <map>
#include <vector>

#include "reports/export/formats.hpp"
#include "reports/text/text.hpp"
#include "reports/text/units.hpp"

namespace concbench::exports {
namespace {

std::string fit(const std::string& text) { return in_xml(printable(text)); }

struct Tally {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(const Cell& cell) {
    ++tests;
    failures += cell.status == Status::failed;
    errors += cell.status == Status::crashed || cell.status == Status::timeout;
    skipped += cell.status == Status::skipped;
    seconds += seconds_of(cell);
  }
  std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")", tests,
                       failures, errors, skipped, seconds);
  }
  static double seconds_of(const Cell& cell) {
    double ns = 0;
    for (const Sample& sample : cell.samples) ns += static_cast<double>(sample.span_ns);
    return ns / 1e9;
  }
};

std::string measured(const Cell& cell) {
  const Estimate& time = cell.summary->ns_per_op;
  std::string text =
      fmt::format("{} per {}, {} in {} processes", duration_text(time.median), cell.op,
                  range_text(time.low, time.high, time.median), cell.summary->processes);
  for (const std::string& warning : cell.warnings) text += "; " + warning;
  return text;
}

// A wrong answer is a failure; a program that did not survive is an error.
std::string outcome(const Cell& cell) {
  switch (cell.status) {
    case Status::ok: return fmt::format("<system-out>{}</system-out>", fit(measured(cell)));
    case Status::skipped: return fmt::format(R"(<skipped message="{}"/>)", fit(cell.reason));
    default: break;
  }
  return fmt::format(R"(<{} type="{}" message="{}"/>)",
                     cell.status == Status::failed ? "failure" : "error", name_of(cell.status),
                     fit(cell.reason));
}

std::string suite(const std::string& workload, const std::vector<const Cell*>& cells,
                  const Result& result) {
  Tally tally;
  std::string cases;
  for (const Cell* cell : cells) {
    tally.add(*cell);
    cases += fmt::format(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">\n      {}\n    </testcase>\n",
        fit(cell->workload + '.' + cell->model), fit(cell->name()), Tally::seconds_of(*cell),
        outcome(*cell));
  }
  return fmt::format(
      "  <testsuite name=\"{}\" {} timestamp=\"{}\" hostname=\"{}\">\n{}  </testsuite>\n",
      fit(workload), tally.attributes(), fit(result.date.substr(0, 19)),
      fit(result.environment.host), cases);
}

}  // namespace

std::string junit(const Result& result) {
  std::map<std::string, std::vector<const Cell*>> suites;
  Tally all;
  for (const Cell& cell : result.cells) {
    suites[cell.workload].push_back(&cell);
    all.add(cell);
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"concbench\" {}>\n",
      all.attributes());
  for (const auto& [workload, cells] : suites) out += suite(workload, cells, result);
  return out + "</testsuites>\n";
}

}  // namespace concbench::exports
