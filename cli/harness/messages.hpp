// What a process writes, message by message (docs/protocol.md): every field is held to its bounds
// and every text is made fit to be shown here, before anything else sees it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/harness/observation.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

using Texts = std::map<std::string, std::string, std::less<>>;

struct Hello {
  std::string program, version, model;
  std::optional<std::string> build;
  std::vector<std::string> workloads;
  Texts refuses;
};

struct Opened {
  std::optional<std::int64_t> cold_start_ns;
};

struct Sampled {
  Sample sample;
  std::string answer;
  std::optional<std::vector<ObservedWorker>> workers;
  Notice notice;
};

struct Closed {
  std::optional<std::int64_t> children_peak_rss_bytes;
  Texts notes;
};

// Each throws BadJson, naming the field.
std::string type_of(const Json& message);
std::string reason_of(const Json& message);
Hello read_hello(const Json& message);
Opened read_opened(const Json& message);
// Of a cell with this many workers.
Sampled read_sampled(const Json& message, std::size_t workers);
Closed read_closed(const Json& message);

}  // namespace concbench
