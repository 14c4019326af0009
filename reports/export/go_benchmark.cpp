// https://go.googlesource.com/proposal/+/master/design/14313-benchmark-format.md
#include <fmt/format.h>

#include <cctype>

#include "reports/export/formats.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench::exports {
namespace {

// Blanks end a name and slashes divide it; both are legal in a model ("exec:./worker 8").
std::string in_name(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || c == '/' || c == '%') {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

// "ping_pong" as Go writes names: "PingPong".
std::string camel_case(const std::string& name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') {
      out += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    begins = c == '_';
  }
  return out;
}

// "BenchmarkFib/model=fibers/n=27-2". The number at the end is GOMAXPROCS in Go.
std::string name_of(const Cell& cell) {
  std::string name =
      fmt::format("Benchmark{}/model={}", camel_case(in_name(cell.workload)), in_name(cell.model));
  for (const auto& [key, value] : cell.params) {
    name += fmt::format("/{}={}", in_name(key), in_name(text_of(value)));
  }
  if (cell.layout != "compact") name += fmt::format("/layout={}", in_name(cell.layout));
  return fmt::format("{}-{}", name, cell.cores);
}

// benchstat makes a table of its own for each combination of these lines, so they hold only what
// results that may be compared have in common: no date and no commit.
void add_configuration(std::string& out, const Result& result) {
  const auto line = [&](const char* key, std::string value) {
    for (char& c : value) c = c == '\n' || c == '\r' ? ' ' : c;
    if (!value.empty()) out += fmt::format("{}: {}\n", key, value);
  };
  line("pkg", "concbench");
  line("cpu", result.environment.cpu_model);
  line("kernel", result.environment.kernel);
}

// What the samples of one process spent of something for each operation.
struct Spent {
  double ops = 0, cpu_ns = 0;
  bool knows_cpu = true;
};

std::map<int, Spent> spent_by_process(const Cell& cell) {
  std::map<int, Spent> spent;
  for (const Sample& sample : cell.samples) {
    Spent& process = spent[sample.process];
    process.ops += static_cast<double>(sample.ops);
    process.cpu_ns += static_cast<double>(sample.cpu_ns.value_or(0));
    process.knows_cpu = process.knows_cpu && sample.cpu_ns;
  }
  return spent;
}

}  // namespace

std::string go_benchmark(const Result& result) {
  std::string out;
  add_configuration(out, result);
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    const std::map<int, Spent> spent = spent_by_process(cell);
    for (const auto& [process, ns_per_op] : process_medians(cell.samples)) {
      const Spent& sum = spent.at(process);
      out += fmt::format("{}\t{:.0f}\t{} ns/op", name_of(cell), sum.ops, ns_per_op);
      if (sum.knows_cpu) out += fmt::format("\t{} cpu-ns/op", sum.cpu_ns / sum.ops);
      out += '\n';
    }
  }
  return out;
}

}  // namespace concbench::exports
