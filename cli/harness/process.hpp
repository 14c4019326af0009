// A process that measures, and the conversation with it (docs/protocol.md), from the session's
// side.
//
// Whatever the program at the other end does (die, hang, talk nonsense, write without end, leave
// children behind), the session gets an answer or a WorkerFailure in bounded time, and nothing that
// it started is left when the object is gone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/harness/children.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// Why a worker's cell gets no number: failed, crashed or timeout, and a sentence.
struct WorkerFailure : std::runtime_error {
  WorkerFailure(Status status, const std::string& reason)
      : std::runtime_error(reason), status(status) {}
  Status status;
};

// There is no such program, or it may not be started.
struct CannotStart : WorkerFailure {
  explicit CannotStart(const std::string& reason) : WorkerFailure(Status::failed, reason) {}
};

// It wrote a line that is no message.
struct NoMessage : WorkerFailure {
  explicit NoMessage(const std::string& reason) : WorkerFailure(Status::failed, reason) {}
};

// The user asked to stop (see signals.hpp) while a process was waited for.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

class Process {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts the program in a process group of its own. Throws WorkerFailure if it cannot be started.
  Process(const std::vector<std::string>& command, Clock::time_point deadline);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(const Json& message);
  // Any line, also one that is no message.
  void send_line(std::string_view line);
  // The next message; its "type" is a string. WorkerFailure if there is none by the deadline.
  Json receive();
  // Closes the worker's stdin, waits for its end; WorkerFailure unless it exits with 0. Returns the
  // beginning of what it wrote meanwhile.
  std::string finish();
  void close_input();
  // Waits until it has ended of itself; WorkerFailure if it has not by the deadline.
  children::End await_end();
  // The beginning of what it wrote to its stdout, until it closed that, and nobody has received.
  std::string unread();
  static constexpr std::size_t most_output = std::size_t{1} << 20;

  pid_t pid() const { return pid_; }
  // Of the worker process itself; nothing if the kernel does not say.
  std::optional<std::int64_t> peak_rss_bytes() const;
  // CPU time of it and of its reaped children so far, in the kernel's ticks of usually 10 ms.
  std::optional<std::int64_t> cpu_ns() const;
  // Changes of CPU since its start by any of its threads and processes; nothing if not allowed.
  std::optional<std::int64_t> migrations() const;

 private:
  void spawn(const std::vector<std::string>& command);
  void await_something(Clock::time_point until);
  void read_output();
  void cut_output();
  void read_noise();
  bool has_ended();
  void require_time() const;
  [[noreturn]] void fail_ended();
  std::string last_words() const;
  void end();

  pid_t pid_ = -1;
  std::optional<children::End> end_;   // once it has ended
  int in_ = -1, out_ = -1, err_ = -1;  // the worker's stdin, stdout, stderr
  int migrations_ = -1;                // a perf event that counts them
  Clock::time_point deadline_;
  std::string command_;
  std::string lines_, noise_;  // not yet consumed of stdout; the tail of stderr
};

}  // namespace concbench
