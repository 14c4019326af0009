#include "cli/harness/conformance/conversation.hpp"

#include <fmt/format.h>

#include "cli/harness/patience.hpp"
#include "reports/result/params_json.hpp"
#include "reports/text/text.hpp"

namespace concbench::conformance {
namespace {

std::string spoken(children::End end) {
  return fmt::format("{} {}", end.by_signal ? "signal" : "exit code", end.status);
}

std::string excerpt(std::string_view text) { return printable(text, 120); }

}  // namespace

Conversation::Conversation(const std::vector<std::string>& command, double timeout_s)
    : process_(command, deadline_in(timeout_s)), hello_(process_.receive()) {}

Json Conversation::ask(const Json& message) {
  process_.send(message);
  return process_.receive();
}

Json Conversation::require(std::string_view promise, const Json& message, std::string_view type) {
  Json reply = ask(message);
  if (type_of(reply) == type) return reply;
  throw Broken(promise, fmt::format("answered {} with {}", excerpt(to_line(message)),
                                    excerpt(to_line(reply))));
}

std::string Conversation::require_refusal(std::string_view promise, const Json& message) {
  const std::string reason = string_field(require(promise, message, "refused"), "reason");
  if (reason.empty()) throw Broken(promise, "refused without a reason");
  if (reason.find('\n') != reason.npos) throw Broken(promise, "a reason is one line");
  return printable(reason, 200);
}

void Conversation::require_error(std::string_view promise, std::string_view line) {
  process_.send_line(line);
  children::End end{};
  try {
    end = process_.await_end();
  } catch (const WorkerFailure&) {
    throw Broken(promise, fmt::format("went on after '{}'", excerpt(line)));
  }
  if (end.by_signal || end.status == 0) {
    throw Broken(promise, fmt::format("ended with {} after '{}'", spoken(end), excerpt(line)));
  }
  std::string said = rest();
  if (said.empty()) return;
  if (said.find('\n') + 1 == said.size() && type_of(parse_json(said)) == "failed") return;
  throw Broken(promise, fmt::format("answered '{}' with {}", excerpt(line), excerpt(said)));
}

void Conversation::close(const Json& message) {
  read_closed(require("close", message, "closed"));
  require_end("close");
  if (const std::string more = rest(); !more.empty()) {
    throw Broken("output", fmt::format("wrote unasked: {}", excerpt(more)));
  }
}

void Conversation::require_end(std::string_view promise) {
  children::End end{};
  try {
    end = process_.await_end();
  } catch (const WorkerFailure&) {
    throw Broken(promise, "did not end");
  }
  if (end.by_signal || end.status != 0) {
    throw Broken(promise, fmt::format("ended with {}", spoken(end)));
  }
}

Json open_message(const Workload& workload, const std::vector<int>& cpus) {
  return {{"type", "open"},
          {"workload", about(workload).name},
          {"params", to_json(params_of(workload))},
          {"cpus", cpus},
          {"options", Json::object()}};
}

Json run_message(std::int64_t iterations) { return {{"type", "run"}, {"iterations", iterations}}; }

}  // namespace concbench::conformance
