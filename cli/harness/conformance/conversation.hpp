// A conversation with a worker under examination, in which a promise that breaks is an exception
// that names it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/harness/messages.hpp"
#include "cli/harness/process.hpp"
#include "reports/result/json.hpp"
#include "workloads/workload.hpp"

namespace concbench::conformance {

struct Broken : std::runtime_error {
  Broken(std::string_view promise, const std::string& what)
      : std::runtime_error(what), promise(promise) {}
  std::string promise;
};

class Conversation {
 public:
  // Starts the worker and hears its hello.
  Conversation(const std::vector<std::string>& command, double timeout_s);

  const Json& hello() const { return hello_; }
  Process& process() { return process_; }

  Json ask(const Json& message);
  // The reply, which must be of this type; otherwise the promise is broken.
  Json require(std::string_view promise, const Json& message, std::string_view type);
  // The reason that it gives for refusing.
  std::string require_refusal(std::string_view promise, const Json& message);
  // Sends the line, at which it must end with an error.
  void require_error(std::string_view promise, std::string_view line);
  // Closes it, and hears nothing but its answer.
  void close(const Json& message = {{"type", "close"}});
  // Waits for an end with 0.
  void require_end(std::string_view promise);
  // The lines that it wrote unasked, until it has ended.
  std::string rest() { return process_.unread(); }

 private:
  Process process_;
  Json hello_;
};

Json open_message(const Workload& workload, const std::vector<int>& cpus);
Json run_message(std::int64_t iterations);

}  // namespace concbench::conformance
