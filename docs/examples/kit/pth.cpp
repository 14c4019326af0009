// GNU Pth: cooperative threads, all on one core. What waits, waits by the library's own means.
#include <pth.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/describe.hpp"
#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/os/participants.hpp"

namespace concbench {
namespace {

// A place for one number, to which its taker comes first or its giver.
class Turn {
 public:
  Turn() { pth_mutex_init(&mutex_), pth_cond_init(&given_); }

  void give(std::uint64_t value) {
    pth_mutex_acquire(&mutex_, 0, nullptr);
    value_ = value, full_ = true;
    pth_cond_notify(&given_, 0);
    pth_mutex_release(&mutex_);
  }
  std::uint64_t take() {
    pth_mutex_acquire(&mutex_, 0, nullptr);
    while (!full_) pth_cond_await(&given_, &mutex_, nullptr);
    full_ = false;
    pth_mutex_release(&mutex_);
    return value_;
  }

 private:
  pth_mutex_t mutex_;
  pth_cond_t given_;
  std::uint64_t value_ = 0;
  bool full_ = false;
};

class Pth {
 public:
  explicit Pth(const Setup& setup) : restricted_({setup.cpus.data(), 1}) { pth_init(); }
  ~Pth() { pth_kill(); }
  Pth(const Pth&) = delete;
  Pth& operator=(const Pth&) = delete;

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    clock.start();
    run_all(kernel.tasks(), [&](std::uint64_t i) {
      outcomes[i] = {kernel.body(kernel.ticket(i)), 1};
    });
    clock.stop();
    return os::sum(outcomes);
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    if (kernel.place() == Place::cross) throw Exhausted("all threads of GNU Pth are on one core");
    std::vector<Turn> turns(kernel.tasks());
    turns[0].give(0);
    return assemble(kernel.tasks(), clock,
                    [&](std::uint64_t i) { return os::pass_tokens(kernel, turns, i); });
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return assemble(kernel.tasks(), clock, [&](std::uint64_t task) {
      Outcome outcome{0, 0};
      for (; outcome.ops < kernel.yields(); ++outcome.ops) {
        pth_yield(nullptr);
        outcome.answer += kernel.tick(task);
      }
      return outcome;
    });
  }

  std::vector<WorkerReport> workers() const { return {sightings_.report()}; }
  static std::string no_verb(Shape) { return "not part of this example"; }
  static std::string refusal(const Ask& ask) {
    if (ask.setup.cpus.size() > 1) return "GNU Pth runs all its threads on one core";
    if (ask.demand.alive > 10'000) return "more than 10,000 threads of 64 KiB of stack";
    return "";
  }

 private:
  // A thread of each, joined.
  template <class Body>
  void run_all(std::uint64_t count, const Body& body) {
    struct Task {
      const Body* body;
      std::uint64_t number;
    };
    const os::Sighting sighting(sightings_);
    std::vector<Task> tasks(count);
    std::vector<pth_t> threads;
    for (std::uint64_t i = 0; i < count; ++i) {
      tasks[i] = {&body, i};
      const auto run = [](void* task) -> void* {
        (*static_cast<Task*>(task)->body)(static_cast<Task*>(task)->number);
        return nullptr;
      };
      threads.push_back(pth_spawn(PTH_ATTR_DEFAULT, run, &tasks[i]));
    }
    bool all = true;
    for (const pth_t thread : threads) all = thread && pth_join(thread, nullptr) && all;
    if (!all) throw Exhausted("GNU Pth could not make a thread");
  }

  // All wait for each other, and the last opens the gate: only one thread runs at a time.
  template <class Body>
  Outcome assemble(std::uint64_t count, Stopwatch& clock, const Body& body) {
    std::vector<Outcome> outcomes(count);
    pth_barrier_t gate;
    pth_barrier_init(&gate, static_cast<int>(count));
    std::uint64_t left = count;
    run_all(count, [&](std::uint64_t i) {
      if (pth_barrier_reach(&gate) == PTH_BARRIER_TAILLIGHT) clock.start();
      outcomes[i] = body(i);
      if (--left == 0) clock.stop();
    });
    return os::sum(outcomes);
  }

  os::Restricted restricted_;
  os::Sightings sightings_;
};

}  // namespace

extern const Model pth_model;
const Model pth_model = describe<Pth>("pth", "a cooperative thread of GNU Pth per task");

}  // namespace concbench
