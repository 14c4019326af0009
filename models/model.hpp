// What is known of a model without knowing its code: its name, its variants, what it refuses, and
// how it is started. models/describe.hpp makes one of a class.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/machine/limits.hpp"
#include "models/machine/worker_report.hpp"
#include "models/stopwatch.hpp"
#include "workloads/workload.hpp"

namespace concbench {

// The variant asked for, every option of the model filled in: {"stack": "64k"}.
using Options = std::map<std::string, std::string, std::less<>>;

struct Setup {
  std::vector<int> cpus;  // logical CPU of each worker; its length is the number of workers
  Options options;
};

struct Outcome {
  std::uint64_t answer;
  std::uint64_t ops;  // operations performed, counted by those who performed them
};

// What a reader of its numbers should know of how a model ran: {"idle": "spins 200 ms, then
// sleeps"}.
using Notes = std::map<std::string, std::string>;

// A size that someone wants to run, for a model to refuse.
struct Ask {
  Shape shape;
  Demand demand;
  const Setup& setup;
  const Limits& limits;
};

// Of these a scheduler keeps few tasks alive that runs what was made last first, and makes a task
// when it may begin: trees, fans, loops and graphs, however many tasks they have.
constexpr bool keeps_few_alive(Shape shape) {
  return shape == Shape::fork_join || shape == Shape::fan_out || shape == Shape::loop ||
         shape == Shape::graph;
}

// Why the descriptors of a server's connections are more than this process may have, or "".
std::string refusal_of_connections(const Ask& ask);

// Thrown by a verb that met a limit of the machine on its way (EAGAIN from fork, say).
struct Exhausted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A variant that a model offers. Its values are words ("futex|condvar") or sizes in bytes ("16k").
struct Option {
  std::string_view name;
  std::string_view values;  // words separated by bars, the first being the default; or "bytes"
  std::string_view preset;  // the default of a size
  std::string_view help;
};

// A started model.
class Instance {
 public:
  virtual ~Instance() = default;
  // With a probe, what there is to note is noted there, and the time may be less than exact.
  virtual Outcome run(const Workload& workload, Stopwatch& clock, Probe* probe = nullptr) = 0;
  virtual std::vector<WorkerReport> workers() const = 0;
  virtual Notes notes() const = 0;
};

struct Model {
  std::string_view name;
  std::string_view summary;
  std::span<const Option> options = {};
  bool kernel_tasks = false;    // its tasks are threads or processes, which the kernel schedules
  bool has_one_worker = false;  // however many cores it is given
  bool pins = false;  // binds each worker to one CPU, and so must be seen there and nowhere else
  // Why the pair cannot work, or "".
  std::string (*no_pair)(const Workload&) = nullptr;
  // Why this size cannot be held here, or "".
  std::string (*refusal)(const Ask&) = nullptr;
  std::unique_ptr<Instance> (*start)(const Setup&) = nullptr;
  // For a model outside this program: the executable that speaks the worker protocol, found beside
  // this one; the functions above are then null.
  std::string_view program = {};
  std::string_view setup = {};  // the command that installs what that program needs
  // Why it is not available in this build or on this machine; null if it always is.
  std::string (*missing)() = nullptr;
};

}  // namespace concbench
