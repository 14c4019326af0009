// What a model is: a class with a verb for each shape it can run, and one constant that describes it.
//
//   class Threads {
//    public:
//     explicit Threads(const Setup& setup);                  // starts what is needed before a clock
//     template <ForkJoin K> Outcome fork_join(K kernel, Stopwatch& clock);
//     template <FanOut K>   Outcome fan_out(K kernel, Stopwatch& clock);
//     template <HandOff K>  Outcome hand_off(K kernel, Stopwatch& clock);
//     template <Channel K>  Outcome channel(K kernel, Stopwatch& clock);
//     template <Yielding K> Outcome yield(K kernel, Stopwatch& clock);
//     std::vector<WorkerReport> workers() const;             // where it was seen, not where it was put
//     static std::string no_verb(Shape shape);               // why a shape has no verb
//     static constexpr bool pins = false;                    // optional: workers bound one to one
//     static std::string refusal(const Ask& ask);            // why a size cannot be held, or ""
//   };
//   constexpr Model threads_model = describe<Threads>("threads", "a std::thread per task", options);
//
// A verb left out is a pair that cannot work; `no_verb` then says why. A verb calls clock.start()
// and clock.stop() at the ends of the interval that workloads/shapes.hpp states for its shape, and
// returns what it counted and computed, never what should have come out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "models/limits.hpp"
#include "models/stopwatch.hpp"
#include "workloads/workloads.hpp"

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

// Where one worker, or the unpinned tasks of a model together, really ran.
struct WorkerReport {
  int cpu;                    // the CPU it is bound to as read back, or -1 if it may use the whole set
  std::vector<int> observed;  // the CPUs it was seen on, ascending
  std::uint64_t migrations;   // changes of CPU between two sightings
};

// A size that someone wants to run, for a model to refuse.
struct Ask {
  Shape shape;
  Demand demand;
  const Setup& setup;
  const Limits& limits;
};

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
  virtual Outcome run(const Workload& workload, Stopwatch& clock) = 0;
  virtual std::vector<WorkerReport> workers() const = 0;
};

struct Model {
  std::string_view name;
  std::string_view summary;
  std::span<const Option> options = {};
  bool pins = false;  // binds each worker to one CPU, and so must be seen there and nowhere else
  // Why the pair cannot work, or "".
  std::string (*no_pair)(const Workload&) = nullptr;
  // Why this size cannot be held here, or "".
  std::string (*refusal)(const Ask&) = nullptr;
  std::unique_ptr<Instance> (*start)(const Setup&) = nullptr;
  // For a model outside this program: the executable that speaks the worker protocol, found beside
  // this one; the functions above are then null.
  std::string_view program = {};
  // Why this build or machine has not got it; null if it always has.
  std::string (*missing)() = nullptr;
};

// Calls the verb of `model` that fits the kernel's shape.
template <class M, class K>
  requires(K::about.shape == Shape::fork_join) && requires(M& m, K k, Stopwatch& c) { m.fork_join(k, c); }
Outcome perform(M& model, const K& kernel, Stopwatch& clock) {
  return model.fork_join(kernel, clock);
}
template <class M, class K>
  requires(K::about.shape == Shape::fan_out) && requires(M& m, K k, Stopwatch& c) { m.fan_out(k, c); }
Outcome perform(M& model, const K& kernel, Stopwatch& clock) {
  return model.fan_out(kernel, clock);
}
template <class M, class K>
  requires(K::about.shape == Shape::hand_off) && requires(M& m, K k, Stopwatch& c) { m.hand_off(k, c); }
Outcome perform(M& model, const K& kernel, Stopwatch& clock) {
  return model.hand_off(kernel, clock);
}
template <class M, class K>
  requires(K::about.shape == Shape::channel) && requires(M& m, K k, Stopwatch& c) { m.channel(k, c); }
Outcome perform(M& model, const K& kernel, Stopwatch& clock) {
  return model.channel(kernel, clock);
}
template <class M, class K>
  requires(K::about.shape == Shape::yield) && requires(M& m, K k, Stopwatch& c) { m.yield(k, c); }
Outcome perform(M& model, const K& kernel, Stopwatch& clock) {
  return model.yield(kernel, clock);
}

template <class M, class K>
concept Runs = requires(M& model, const K& kernel, Stopwatch& clock) {
  perform(model, kernel, clock);
};

template <class M>
class Started final : public Instance {
 public:
  explicit Started(const Setup& setup) : model_(setup) {}

  Outcome run(const Workload& workload, Stopwatch& clock) override {
    return std::visit(
        [&]<class K>(const K& kernel) -> Outcome {
          if constexpr (Runs<M, K>) {
            return perform(model_, kernel, clock);
          } else {
            throw std::logic_error(M::no_verb(K::about.shape));
          }
        },
        workload);
  }

  std::vector<WorkerReport> workers() const override { return model_.workers(); }

 private:
  M model_;
};

template <class M>
constexpr Model describe(std::string_view name, std::string_view summary,
                         std::span<const Option> options = {}) {
  Model model{name, summary, options};
  model.no_pair = [](const Workload& workload) {
    return std::visit(
        []<class K>(const K&) -> std::string {
          if constexpr (Runs<M, K>) return "";
          else return M::no_verb(K::about.shape);
        },
        workload);
  };
  model.refusal = M::refusal;
  if constexpr (requires { M::pins; }) model.pins = M::pins;
  model.start = [](const Setup& setup) -> std::unique_ptr<Instance> {
    return std::make_unique<Started<M>>(setup);
  };
  return model;
}

}  // namespace concbench
