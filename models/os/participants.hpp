// What each participant of a waiting shape does, whatever it is made of and however it waits.
#pragma once

#include <sched.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "models/model.hpp"
#include "models/os/clients.hpp"
#include "models/os/connection.hpp"
#include "models/predecessors.hpp"
#include "models/script.hpp"

namespace concbench::os {

// Passes the token on whenever it is this task's turn. `turns` holds a slot a task; the first must
// have been given the token 0. The answer comes from the maker of the last hop, and is 0 elsewhere.
template <HandOff K, class Turns>
Outcome pass_tokens(const K& kernel, Turns& turns, std::uint64_t task) {
  const std::uint64_t tasks = kernel.tasks(), hops = kernel.hops();
  auto& mine = turns[task];
  auto& next = turns[(task + 1) % tasks];
  Outcome outcome{0, 0};
  for (std::uint64_t hop = task; hop < hops; hop += tasks) {
    const std::uint64_t token = kernel.pass(mine.take(), task);
    ++outcome.ops;
    if (hop + 1 == hops) {
      outcome.answer = token;
    } else {
      next.give(token);
    }
  }
  return outcome;
}

// The first participants produce, the others consume. A message counts once it is received.
template <Channel K, class Bounded>
Outcome produce_or_consume(const K& kernel, Bounded& channel, std::uint64_t participant) {
  Outcome outcome{0, 0};
  if (participant < kernel.producers()) {
    const Share mine = share(kernel.messages(), kernel.producers(), participant);
    for (std::uint64_t i = mine.first; i < mine.last; ++i) channel.send(kernel.item(i));
    channel.producer_ended();
  } else {
    for (std::uint64_t item; channel.receive(item); ++outcome.ops) {
      outcome.answer += kernel.take(item);
    }
  }
  return outcome;
}

template <Yielding K>
Outcome give_way(const K& kernel, std::uint64_t task) {
  Outcome outcome{0, 0};
  for (; outcome.ops < kernel.yields(); ++outcome.ops) {
    sched_yield();
    outcome.answer += kernel.tick(task);
  }
  return outcome;
}

// Goes through the critical section again and again; `lock` is all that keeps the others out.
template <Contend K, class Lock>
Outcome take_turns(const K& kernel, Lock& lock, typename K::State& state) {
  Outcome outcome{0, 0};
  typename K::Own own{};
  for (; outcome.ops < kernel.sections(); ++outcome.ops) {
    kernel.ask(own);
    lock.lock();
    kernel.enter(state, own);
    lock.unlock();
  }
  return outcome;
}

// Sleeps until its deadline, by `sleep_until(when)`.
template <Timers K, class SleepUntil>
Outcome sleep_once(const K& kernel, std::uint64_t task, std::int64_t opened_at,
                   const SleepUntil& sleep_until) {
  const std::int64_t deadline = opened_at + kernel.delay_ns(task);
  sleep_until(deadline);
  return {kernel.woke(task, Stopwatch::now() - deadline), 1};
}

// Waits by `sleep_until(when)` and yields by `give_way()`; a call that blocks in the kernel is made
// as it is.
template <Recipe K, class SleepUntil, class GiveWay>
Outcome follow_recipe(const K& kernel, std::uint64_t task, std::int64_t opened_at,
                      const SleepUntil& sleep_until, const GiveWay& give_way) {
  Script script(kernel, task, opened_at);
  for (; !script.over(); script.did()) {
    if (script.waits()) {
      sleep_until(script.due_ns());
    } else if (script.yields()) {
      give_way();
    } else {
      script.work();
    }
  }
  return script.outcome();
}

// The two grids of a stencil, in memory that all tasks share.
struct Grids {
  std::span<std::uint64_t> first, second;

  std::span<std::uint64_t> from(std::uint64_t phase) const { return phase % 2 ? second : first; }
  std::span<std::uint64_t> to(std::uint64_t phase) const { return from(phase + 1); }
};

// Does its part of each phase. `arrive()` is the barrier; it returns true in one of those who meet
// there, who counts it.
template <Phases K, class Arrive>
Outcome keep_in_step(const K& kernel, const Grids& grids, std::uint64_t task,
                     const Arrive& arrive) {
  Outcome outcome{0, 0};
  for (std::uint64_t phase = 0; phase < kernel.phases(); ++phase) {
    kernel.advance(grids.from(phase), grids.to(phase), task);
    if (arrive()) ++outcome.ops;
  }
  return outcome;
}

// Serves a connection whose socket blocks, until the client closes it. The first task is the one
// that lets the clients go, once all are ready.
template <Serve K>
Outcome serve_blocking(const K& kernel, Clients& clients, std::uint64_t task) {
  if (task == 0) clients.go();
  Connection<K> connection(kernel, clients.socket(task));
  connection.serve();
  return connection.outcome();
}

// The CPUs for a task of a ring: one and the same for all, one apart from its neighbours', or the
// whole set. Throws Exhausted, for every task of a ring or for none, where the set is too small.
inline std::vector<int> cpus_for(Place place, const std::vector<int>& set, std::uint64_t task,
                                 std::uint64_t tasks) {
  if (place == Place::any) return set;
  if (place == Place::same) return {set.front()};
  if (set.size() < 2 || tasks % set.size() == 1) {
    throw Exhausted("neighbours in a ring of " + std::to_string(tasks) +
                    " cannot live on different CPUs: this run has " + std::to_string(set.size()));
  }
  return {set[task % set.size()]};
}

// Does tasks of a graph that may begin, as it receives them from the channel `ready`, which has
// room for all, and sends on those that these were the last to hold up. The last of all closes it.
// What a task throws is thrown once all have ended: others wait for what comes after it.
template <Graph K, class Counters, class Bounded>
Outcome do_what_is_ready(const K& kernel, Predecessors<K, Counters>& predecessors, Bounded& ready) {
  Outcome outcome{0, 0};
  std::exception_ptr thrown;
  for (std::uint64_t received; ready.receive(received); ++outcome.ops) {
    const auto task = static_cast<GraphTask>(received);
    try {
      kernel.perform(task);
    } catch (...) {
      thrown = std::current_exception();
    }
    if (predecessors.end(task, [&](GraphTask next) { ready.send(next); })) ready.producer_ended();
  }
  if (thrown) std::rethrow_exception(thrown);
  return outcome;
}

// The answers of all participants together.
template <class Outcomes>
Outcome sum(const Outcomes& outcomes) {
  Outcome all{0, 0};
  for (const Outcome& one : outcomes) {
    all.answer += one.answer;
    all.ops += one.ops;
  }
  return all;
}

}  // namespace concbench::os
