// The load generator as a program, for servers of other programs and for tests.
#include "models/os/load.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "models/machine/affinity.hpp"
#include "reports/result/json.hpp"

namespace concbench {
namespace {

Json to_json(const os::LoadReport& report) {
  Json buckets = Json::array();
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) {
    if (report.latency[i] > 0) buckets.push_back({i, report.latency[i]});
  }
  return {{"answered", report.answered},
          {"latency_ns", report.latency_ns},
          {"late_ns", report.late_ns},
          {"latency", buckets}};
}

}  // namespace

// Says "ready" once all connections are established, waits for a line, and sends.
int load(const LoadRequest& request) {
  os::raise_descriptor_limit();
  if (!request.cpus.empty()) os::restrict_to(request.cpus);
  prctl(PR_SET_TIMERSLACK, 1);
  os::Generator generator(request.load, request.port);
  fmt::print("ready\n");
  std::fflush(stdout);
  if (std::string line; !std::getline(std::cin, line)) return exit_ok;
  os::LoadReport report;
  generator.run(report, request.spin);
  fmt::print("{}\n", to_line(to_json(report)));
  return exit_ok;
}

}  // namespace concbench
