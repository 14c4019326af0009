// Coroutines that begin together.
#pragma once

#include <exception>
#include <vector>

#include "models/coroutines/task.hpp"
#include "models/runtime/meeting.hpp"

namespace concbench::coroutines {

class Attendance final : public Ending {
 public:
  Attendance(std::uint64_t participants, Stopwatch& clock, Runnable parent)
      : meeting(participants, clock), parent_(parent) {}

  void failed(std::exception_ptr exception) override {
    meeting.join.failure.keep(std::move(exception));
  }
  Runnable ended(Worker&) override {
    const Runnable parent = parent_;
    return meeting.leave() ? parent : Runnable{};
  }

  Meeting meeting;

 private:
  const Runnable parent_;
};

// `make(attendance, number)` makes the participants; all begin from the same moment on.
template <class Make>
Task meeting_task(Ending&, const std::vector<Worker*>& homes, Stopwatch& clock, const Make& make) {
  Self this_task;
  const Runnable me = runnable(co_await this_task);
  Attendance attendance(homes.size(), clock, me);
  std::vector<Task> participants;  // all of them first: there may be no memory for the last
  participants.reserve(homes.size());
  try {
    for (std::uint64_t i = 0; i < homes.size(); ++i) participants.push_back(make(attendance, i));
  } catch (...) {
    for (const Task& task : participants) task.handle().destroy();
    throw;
  }
  for (std::uint64_t i = 0; i < homes.size(); ++i) {
    here().later(runnable(participants[i].handle(), homes[i] != nullptr), homes[i]);
  }
  Gate& gate = attendance.meeting.gate;
  Waiter keeper(me, nullptr);
  co_await WaitIf(gate.await_all(keeper), gate.lock);
  clock.start();
  gate.open(here());
  co_await AwaitAll(attendance.meeting.join);
  attendance.meeting.join.failure.rethrow();
}

}  // namespace concbench::coroutines
