// What each participant of a meeting does, shape by shape.
#pragma once

#include "models/coroutines/meet.hpp"
#include "models/runtime/barrier.hpp"
#include "models/runtime/mutex.hpp"
#include "models/runtime/serving.hpp"
#include "models/script.hpp"

namespace concbench::coroutines {

template <class K>
Task relay_task(Ending&, Gate& gate, Relay<K>& relay, std::uint64_t task, Worker* home) {
  Self this_task;
  Waiter self(runnable(co_await this_task, home != nullptr), home);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  Mailbox& box = relay.boxes[task];
  const std::uint64_t rounds = hops_of(relay.kernel.hops(), relay.kernel.tasks(), task);
  try {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      co_await WaitIf(box.receive(self), box.lock);
      if (relay.broken) break;
      relay.hop(here(), task, round, self.value);
    }
  } catch (...) {
    relay.break_off(here(), task);
    throw;
  }
  if (relay.broken) relay.break_off(here(), task);
}

template <class K>
Task producer_task(Ending&, Gate& gate, BoundedChannel& channel, K kernel, std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  try {
    const Share mine = share(kernel.messages(), kernel.producers(), task);
    for (std::uint64_t i = mine.first; i < mine.last; ++i) {
      self.value = kernel.item(i);
      co_await WaitIf(channel.send(self, here()), channel.lock);
    }
  } catch (...) {
    channel.leave(here());
    throw;
  }
  channel.leave(here());
}

template <class K>
Task consumer_task(Ending&, Gate& gate, BoundedChannel& channel, K kernel) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  for (;;) {
    co_await WaitIf(channel.receive(self, here()), channel.lock);
    if (!self.received) break;
    Outcome& tally = here().tally;
    tally.answer += kernel.take(self.value);
    ++tally.ops;
  }
}

template <class K>
Task yield_task(Ending&, Gate& gate, K kernel, std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  for (std::uint64_t i = 0, n = kernel.yields(); i < n; ++i) {
    co_await GiveWay(false);
    Outcome& tally = here().tally;
    tally.answer += kernel.tick(task);
    ++tally.ops;
  }
}

template <class K>
Task contend_task(Ending&, Gate& gate, TaskMutex& mutex, K kernel, typename K::State& state) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  typename K::Own own{};
  for (std::uint64_t i = 0, n = kernel.sections(); i < n; ++i) {
    kernel.ask(own);
    while (mutex.enter(self)) co_await WaitIf(true, mutex.lock);
    try {
      kernel.enter(state, own);
    } catch (...) {
      mutex.leave(here());
      throw;
    }
    Worker& worker = here();
    mutex.leave(worker);
    ++worker.tally.ops;
  }
}

template <class K>
Task sleeper_task(Ending&, Meeting& meeting, K kernel, std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(meeting.gate.enter(self, here()), meeting.gate.lock);
  const std::int64_t deadline = meeting.clock.started_at() + kernel.delay_ns(task);
  co_await SleepUntil(deadline);
  Outcome& tally = here().tally;
  tally.answer += kernel.woke(task, Stopwatch::now() - deadline);
  ++tally.ops;
}

template <class K>
Task recipe_task(Ending&, Meeting& meeting, K kernel, std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(meeting.gate.enter(self, here()), meeting.gate.lock);
  Script script(kernel, task, meeting.clock.started_at());
  for (; !script.over(); script.did()) {
    if (script.waits()) {
      co_await SleepUntil(script.due_ns());
    } else if (script.yields()) {
      co_await GiveWay(false);
    } else {
      script.work();
    }
  }
  tally_up(here(), script.outcome());
}

template <class K>
Task phase_task(Ending&, Gate& gate, Barrier& barrier, Grids<K>& grids, K kernel,
                std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  const auto turn = [&grids] {
    grids.turn();
    ++here().tally.ops;
  };
  try {
    for (std::uint64_t phase = 0, n = kernel.phases(); phase < n; ++phase) {
      grids.advance(kernel, task);
      co_await WaitIf(barrier.arrive(self, here(), turn), barrier.lock);
    }
  } catch (...) {
    barrier.drop(here(), turn);
    throw;
  }
}

template <class K>
Task serve_task(Ending&, Gate& gate, Serving& serving, K kernel, std::uint64_t task) {
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  os::Connection<K> connection(kernel, serving.begin(task));
  for (;;) {
    const os::Need need = connection.serve();
    if (need == os::Need::nothing) break;
    co_await AwaitSocket(serving.reactor, connection.socket(), need, serving.home(task));
  }
  tally_up(here(), connection.outcome());
}

}  // namespace concbench::coroutines
