// What a model is: a class with a verb for each shape it can run, and one constant that describes
// it.
//
//   class Threads {
//    public:
//     // Starts what has to be there before any clock.
//     explicit Threads(const Setup& setup);
//
//     // A verb for each shape: it calls clock.start() and clock.stop() at the ends of the interval
//     // that workloads/shapes.hpp states, and returns what it counted and computed, never what
//     // should have come out. A verb left out is a pair that cannot work.
//     template <ForkJoin K>
//     Outcome fork_join(K kernel, Stopwatch& clock);
//     template <FanOut K>
//     Outcome fan_out(K kernel, Stopwatch& clock);
//     …
//
//     // Where it was seen, not where it was put.
//     std::vector<WorkerReport> workers() const;
//     // Why a shape has no verb.
//     static std::string no_verb(Shape shape);
//     // Why a size cannot be held here, or "".
//     static std::string refusal(const Ask& ask);
//     // Only if there are any: facts about how it ran that its numbers depend on.
//     Notes notes() const;
//     // Only if it binds its workers to one CPU each.
//     static constexpr bool pins = true;
//     // Only if it works on one core, however many it is given.
//     static constexpr bool has_one_worker = true;
//     // Only if its tasks are threads or processes, which the kernel schedules.
//     static constexpr bool kernel_tasks = true;
//     // Only if tasks share no other memory: a container of it, made from a size and a value.
//     template <class Word>
//     using Memory = …;
//   };
//
//   extern const Model threads_model;
//   constexpr Model threads_model = describe<Threads>("threads", "a std::thread per task",
//   options);
//
// Makes a Model of a class with verbs, by running each kernel through the verb of its shape. Only
// the units that define models need this, and with it every kernel.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/model.hpp"
#include "workloads/observed.hpp"
#include "workloads/workloads.hpp"

namespace concbench {

// The verb of a kernel's shape, by its name in the model's class.
template <class M, ForkJoin K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.fork_join(kernel, clock)) {
  return model.fork_join(kernel, clock);
}
template <class M, FanOut K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.fan_out(kernel, clock)) {
  return model.fan_out(kernel, clock);
}
template <class M, HandOff K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.hand_off(kernel, clock)) {
  return model.hand_off(kernel, clock);
}
template <class M, Channel K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.channel(kernel, clock)) {
  return model.channel(kernel, clock);
}
template <class M, Yielding K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.yield(kernel, clock)) {
  return model.yield(kernel, clock);
}
template <class M, Contend K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.contend(kernel, clock)) {
  return model.contend(kernel, clock);
}
template <class M, Hold K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.hold(kernel, clock)) {
  return model.hold(kernel, clock);
}
template <class M, Timers K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.timers(kernel, clock)) {
  return model.timers(kernel, clock);
}
template <class M, Recipe K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.recipe(kernel, clock)) {
  return model.recipe(kernel, clock);
}
template <class M, Phases K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.phases(kernel, clock)) {
  return model.phases(kernel, clock);
}
template <class M, Serve K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.serve(kernel, clock)) {
  return model.serve(kernel, clock);
}
template <class M, Loop K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.loop(kernel, clock)) {
  return model.loop(kernel, clock);
}
template <class M, Graph K>
auto perform(M& model, K kernel, Stopwatch& clock) -> decltype(model.graph(kernel, clock)) {
  return model.graph(kernel, clock);
}

// What holds the memory that the tasks of a model have in common.
template <class M, class Word>
struct MemoryOf {
  using type = std::vector<Word>;
};
template <class M, class Word>
requires requires { typename M::template Memory<Word>; }
struct MemoryOf<M, Word> {
  using type = typename M::template Memory<Word>;
};

template <class M, class K>
concept Runs = requires(M& model, K kernel, Stopwatch& clock) {
  perform(model, kernel, clock);
};

template <class M>
class Started final : public Instance {
 public:
  explicit Started(const Setup& setup) : model_(setup) {}

  Outcome run(const Workload& workload, Stopwatch& clock, Probe* probe) override {
    return std::visit(
        [&]<class K>(K kernel) -> Outcome {
          if constexpr (!Runs<M, K>) {
            throw std::logic_error(M::no_verb(K::about.shape));
          } else if constexpr (SharesMemory<K>) {
            typename MemoryOf<M, typename K::Word>::type memory(kernel.words(), 0);
            kernel.prepare(memory);
            if constexpr (Graph<K>) path_ = longest_chain(kernel);
            return perform(model_, kernel, clock);
          } else {
            if constexpr (requires { kernel.prepare(); }) kernel.prepare();
            if constexpr (requires { kernel.probe; }) kernel.probe = probe;
            if constexpr (requires { Observed<K>(kernel, *probe); }) {
              if (probe) return perform(model_, Observed<K>(kernel, *probe), clock);
            }
            return perform(model_, kernel, clock);
          }
        },
        workload.kernel());
  }

  std::vector<WorkerReport> workers() const override { return model_.workers(); }

  Notes notes() const override {
    Notes notes;
    if constexpr (requires { model_.notes(); }) notes = model_.notes();
    if (!path_.empty()) notes["critical_path"] = path_;
    return notes;
  }

 private:
  template <Graph K>
  static std::string longest_chain(const K& kernel) {
    return std::to_string(kernel.critical_path()) + " of " + std::to_string(kernel.tasks()) +
           " tasks, one after another";
  }

  M model_;
  std::string path_;  // of the graph that it ran last
};

template <class M>
constexpr Model describe(std::string_view name, std::string_view summary,
                         std::span<const Option> options = {}) {
  Model model{name, summary, options};
  model.no_pair = [](const Workload& workload) {
    return std::visit(
        []<class K>(const K&) -> std::string {
          if constexpr (Runs<M, K>) return "";
          const std::string why = M::no_verb(K::about.shape);
          return why.empty() ? "the model has no verb for " + std::string(name_of(K::about.shape))
                             : why;
        },
        workload.kernel());
  };
  model.refusal = [](const Ask& ask) {
    const std::string why = refusal_of_connections(ask);
    return why.empty() ? M::refusal(ask) : why;
  };
  if constexpr (requires { M::pins; }) model.pins = M::pins;
  if constexpr (requires { M::has_one_worker; }) model.has_one_worker = M::has_one_worker;
  if constexpr (requires { M::kernel_tasks; }) model.kernel_tasks = M::kernel_tasks;
  model.start = [](const Setup& setup) -> std::unique_ptr<Instance> {
    return std::make_unique<Started<M>>(setup);
  };
  return model;
}

}  // namespace concbench
