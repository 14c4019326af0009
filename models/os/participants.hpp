// What each participant of a waiting shape does, whatever it is made of and however it waits.
#pragma once

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/model.hpp"

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
