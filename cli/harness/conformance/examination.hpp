// Puts every promise of docs/protocol.md to the test, for one worker.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/harness/conformance/findings.hpp"
#include "models/machine/topology.hpp"

namespace concbench::conformance {

struct Request {
  std::vector<std::string> command;    // of the worker
  std::string name;                    // of its model; "" for the one that its hello says
  std::vector<std::string> workloads;  // of those that it offers, these; empty: all
  double timeout_s;                    // for each conversation
  std::function<void(const std::string& what)> progress;
};

// Throws Impossible if the worker cannot be started.
Findings examine(const Request& request, const Topology& topology);

}  // namespace concbench::conformance
