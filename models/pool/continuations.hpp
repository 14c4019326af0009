// Closures that wait: each returns to its worker instead, having seen to it that it, or the next
// one, will be run when there is something to go on with.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "models/runtime/join.hpp"
#include "models/runtime/meeting.hpp"
#include "models/runtime/scheduler.hpp"
#include "models/runtime/serving.hpp"
#include "models/script.hpp"

namespace concbench::pool {

using namespace runtime;

// Tasks that begin together, and the worker that helps until the last has ended.
struct Crew {
  Crew(std::uint64_t tasks, Worker& home, Stopwatch& clock)
      : home(home), clock(clock), running(tasks) {
    join.expect(static_cast<std::int32_t>(tasks));
  }

  // By each task at its end; it may be gone after that.
  void leave(Worker& worker) {
    Worker& parent = home;
    if (running.fetch_sub(1) == 1) clock.stop();
    join.arrive();
    if (&worker != &parent) parent.scheduler().unpark(parent);
  }

  // At home: helps until the last has ended.
  void await() {
    home.help({[](const void* join) { return static_cast<const Join*>(join)->ready(); }, &join});
    join.failure.rethrow();
  }

  Worker& home;
  Stopwatch& clock;
  Join join;
  std::atomic<std::uint64_t> running;
};

// What it does when a worker takes it up, and again each time it is made runnable: `go_on`, which
// says whether it has ended.
template <class Self>
class Continued : public Closure {
 protected:
  explicit Continued(Crew& crew) : Closure{run_on}, crew_(&crew) {}

  Crew& crew() const { return *crew_; }

 private:
  static void run_on(Worker& worker, Closure* closure) {
    auto& self = *static_cast<Self*>(closure);
    Crew& crew = *static_cast<Continued&>(self).crew_;
    try {
      if (!self.go_on(worker)) return;  // it may be running elsewhere by now
    } catch (...) {
      crew.join.failure.keep(std::current_exception());
    }
    crew.leave(worker);
  }

  Crew* crew_;
};

template <class K>
class ContendTask : public Continued<ContendTask<K>> {
 public:
  ContendTask(Crew& crew, const K& kernel, std::mutex& mutex, typename K::State& state)
      : Continued<ContendTask>(crew), kernel_(kernel), mutex_(mutex), state_(state) {}

  bool go_on(Worker& worker) {
    typename K::Own own{};
    for (std::uint64_t i = 0, n = kernel_.sections(); i < n; ++i) {
      kernel_.ask(own);
      const std::lock_guard guard(mutex_);
      kernel_.enter(state_, own);
      ++worker.tally.ops;
    }
    return true;
  }

 private:
  const K kernel_;
  std::mutex& mutex_;
  typename K::State& state_;
};

template <class K>
class SleeperTask : public Continued<SleeperTask<K>> {
 public:
  SleeperTask(Crew& crew, const K& kernel, std::uint64_t task)
      : Continued<SleeperTask>(crew), kernel_(kernel), task_(task) {}

  bool go_on(Worker& worker) {
    if (deadline_ns_ == unset) {
      deadline_ns_ = this->crew().clock.started_at() + kernel_.delay_ns(task_);
      worker.make_room_for_timer();
      worker.wake_at(deadline_ns_, {Kind::closure, static_cast<Closure*>(this)});
      return false;
    }
    ++worker.tally.ops;
    worker.tally.answer += kernel_.woke(task_, Stopwatch::now() - deadline_ns_);
    return true;
  }

 private:
  static constexpr std::int64_t unset = -1;

  const K kernel_;
  const std::uint64_t task_;
  std::int64_t deadline_ns_ = unset;
};

template <class K>
class RecipeTask : public Continued<RecipeTask<K>> {
 public:
  RecipeTask(Crew& crew, const K& kernel, std::uint64_t task)
      : Continued<RecipeTask>(crew), kernel_(kernel), task_(task) {}

  bool go_on(Worker& worker) {
    if (!script_) script_.emplace(kernel_, task_, this->crew().clock.started_at());
    for (; !script_->over(); script_->did()) {
      if (std::exchange(left_, false)) continue;  // here again after its wait, or its turn
      if (script_->waits()) {
        worker.make_room_for_timer();
        left_ = true;
        worker.wake_at(script_->due_ns(), self());
        return false;
      }
      if (script_->yields()) {
        left_ = true;
        worker.later(self());
        return false;
      }
      script_->work();
    }
    tally_up(worker, script_->outcome());
    return true;
  }

 private:
  Runnable self() { return {Kind::closure, static_cast<Closure*>(this)}; }

  const K kernel_;
  const std::uint64_t task_;
  std::optional<Script<K>> script_;  // from the opening of the gate on
  bool left_ = false;
};

template <class K>
class ServeTask : public Continued<ServeTask<K>> {
 public:
  ServeTask(Crew& crew, const K& kernel, Serving& serving, std::uint64_t task)
      : Continued<ServeTask>(crew),
        connection_(kernel, serving.clients.socket(task)),
        serving_(serving),
        task_(task),
        arrival_{{}, serving.home(task)} {}

  bool go_on(Worker& worker) {
    if (!arrival_.task) {
      arrival_.task = {Kind::closure, static_cast<Closure*>(this)};
      serving_.begin(task_);
    }
    const os::Need need = connection_.serve();
    if (need == os::Need::nothing) {
      tally_up(worker, connection_.outcome());
      return true;
    }
    serving_.reactor.await(connection_.socket(), need, arrival_);
    return false;
  }

 private:
  os::Connection<K> connection_;
  Serving& serving_;
  const std::uint64_t task_;
  Arrival arrival_;
};

// Each part of a phase is a closure. Whoever ends the phase's last part posts those of the next.
template <class K>
class PhaseRounds {
 public:
  // A crew of one, which leaves after the last phase.
  PhaseRounds(const K& kernel, Grids<K>& grids, Crew& crew)
      : kernel_(kernel), grids_(grids), crew_(crew) {
    for (std::uint64_t task = 0; task < kernel.tasks(); ++task) parts_.push_back(Part(*this, task));
  }

  void post(Worker& worker) {
    missing_.store(parts_.size());
    for (Part& part : parts_) worker.later({Kind::closure, &part});
  }

 private:
  struct Part : Closure {
    Part(PhaseRounds& rounds, std::uint64_t task) : Closure{run_one}, rounds(&rounds), task(task) {}

    static void run_one(Worker& worker, Closure* closure) {
      const auto* part = static_cast<Part*>(closure);
      part->rounds->advance(worker, part->task);
    }

    PhaseRounds* rounds;
    std::uint64_t task;
  };

  void advance(Worker& worker, std::uint64_t task) {
    try {
      grids_.advance(kernel_, task);
    } catch (...) {
      crew_.join.failure.keep(std::current_exception());
      broken_.store(true);
    }
    if (missing_.fetch_sub(1) != 1) return;
    grids_.turn();
    ++worker.tally.ops;
    if (++phase_ == kernel_.phases() || broken_.load()) return crew_.leave(worker);
    post(worker);
  }

  const K kernel_;
  Grids<K>& grids_;
  Crew& crew_;
  std::vector<Part> parts_;
  std::uint64_t phase_ = 0;
  std::atomic<std::uint64_t> missing_{0};
  std::atomic<bool> broken_{false};
};

// Closures that are kept from running.
template <class K>
class HoldQueue {
 public:
  HoldQueue(const K& kernel, Crew& crew) : kernel_(kernel), crew_(crew) {}
  ~HoldQueue() {
    while (first_) free(take());
  }
  HoldQueue(const HoldQueue&) = delete;
  HoldQueue& operator=(const HoldQueue&) = delete;

  std::uint64_t size() const { return size_; }

  void fill() {
    Held** end = &first_;
    for (std::uint64_t i = 0, n = kernel_.tasks(); i < n; ++i, ++size_) {
      *end = new (crew_.home.blocks.take(sizeof(Held))) Held(kernel_, crew_, i);
      end = &(*end)->next;
    }
  }
  void release() {
    while (first_) crew_.home.later({Kind::closure, take()});
  }

 private:
  struct Held : Closure {
    Held(const K& kernel, Crew& crew, std::uint64_t number)
        : Closure{run_one}, kernel(kernel), crew(crew), number(number) {}

    static void run_one(Worker& worker, Closure* closure) {
      auto* held = static_cast<Held*>(closure);
      Crew& crew = held->crew;
      const K kernel = held->kernel;
      const std::uint64_t number = held->number;
      worker.blocks.give(held, sizeof(Held));
      ++worker.tally.ops;
      try {
        worker.tally.answer += kernel.begin(number);
      } catch (...) {
        crew.join.failure.keep(std::current_exception());
      }
      crew.leave(worker);
    }

    const K kernel;
    Crew& crew;
    const std::uint64_t number;
    Held* next = nullptr;
  };

  Held* take() {
    Held* const held = first_;
    first_ = held->next;
    return held;
  }
  void free(Held* held) { crew_.home.blocks.give(held, sizeof(Held)); }

  const K kernel_;
  Crew& crew_;
  Held* first_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace concbench::pool
