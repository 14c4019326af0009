// mutex: tasks go through one critical section that does almost nothing. What is measured is the
// lock under contention; and, when observed, whom it favours.
#pragma once

#include <algorithm>

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Mutex {
  static constexpr About about{"mutex", Shape::contend, "tasks take turns in a critical section"};

  std::int64_t task_count = 4;
  std::int64_t section_count = 1'000;
  Probe* probe = nullptr;

  static constexpr Param<Mutex> params[] = {
      {"tasks", &Mutex::task_count, "tasks that want the lock", 1, 1'000'000, 4, 4, 4},
      {"sections", &Mutex::section_count, "times that each takes it", 1, 1'000'000'000, 1'000,
       1'000, 10'000},
  };

  struct State {
    std::uint64_t entered = 0, sum = 0;
    bool one_is_through = false;
    std::uint64_t share_low = UINT64_MAX, share_high = 0;
  };
  struct Own {
    std::uint64_t entered = 0;
    bool compared = false;
    std::int64_t asked_ns = 0;
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(task_count); }
  std::uint64_t sections() const { return static_cast<std::uint64_t>(section_count); }

  void ask(Own& own) const {
    if (probe) own.asked_ns = probe_now_ns();
  }
  void enter(State& state, Own& own) const {
    if (probe) observe(state, own);
    state.sum += ++state.entered;
    ++own.entered;
  }
  std::uint64_t answer(const State& state) const {
    if (probe && state.share_low <= state.share_high) {
      probe->set(Measure::share_low, static_cast<std::int64_t>(state.share_low));
      probe->set(Measure::share_high, static_cast<std::int64_t>(state.share_high));
    }
    return state.sum;
  }

  std::uint64_t expected() const {
    const std::uint64_t all = tasks() * sections();
    return all * (all + 1) / 2;
  }
  Demand demand() const { return {.ops = tasks() * sections(), .alive = tasks()}; }

 private:
  // Shares are compared once the first task is through: each by its next section.
  void observe(State& state, Own& own) const {
    const std::int64_t waited = probe_now_ns() - own.asked_ns;
    probe->latency.add(waited);
    probe->raise(Measure::longest_wait_ns, waited);
    if (own.entered + 1 == sections()) state.one_is_through = true;
    if (!state.one_is_through || own.compared) return;
    own.compared = true;
    state.share_low = std::min(state.share_low, own.entered + 1);
    state.share_high = std::max(state.share_high, own.entered + 1);
  }
};

}  // namespace concbench
