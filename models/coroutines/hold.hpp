// Coroutines that are all alive at once.
#pragma once

#include "models/coroutines/meet.hpp"

namespace concbench::coroutines {

// Counts itself at the gate, and ends once that opens.
template <class K>
Task holder_task(Ending&, Gate& gate, K kernel, std::uint64_t number) {
  std::uint64_t begun;
  try {
    begun = kernel.begin(number);
  } catch (...) {
    gate.stay_away(here());
    throw;
  }
  Self this_task;
  Waiter self(runnable(co_await this_task), nullptr);
  co_await WaitIf(gate.enter(self, here()), gate.lock);
  Outcome& tally = here().tally;
  tally.answer += begun;
  ++tally.ops;
}

// The holders' parent. Each runs to the gate soon after it was made, while its frame is in the
// cache.
template <class K>
Task hold_task(Ending&, K kernel, Stopwatch& clock) {
  Self this_task;
  const Runnable me = runnable(co_await this_task);
  const std::uint64_t tasks = kernel.tasks();
  Attendance attendance(tasks, clock, me);
  Meeting& meeting = attendance.meeting;
  std::uint64_t made = 0;
  clock.start();
  try {
    for (; made < tasks; ++made) {
      while (here().backlog() >= spawn_ahead) co_await GiveWay(true);
      const Runnable task = runnable(holder_task(attendance, meeting.gate, kernel, made).handle());
      here().push(task);
    }
  } catch (...) {
    meeting.join.failure.keep(std::current_exception());
  }
  meeting.cancel(tasks - made, here());
  Waiter keeper(me, nullptr);
  co_await WaitIf(meeting.gate.await_all(keeper), meeting.gate.lock);
  clock.held(meeting.gate.present());
  meeting.gate.open(here());
  co_await AwaitAll(meeting.join);
  meeting.join.failure.rethrow();
}

}  // namespace concbench::coroutines
