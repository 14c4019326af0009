// Fibers that begin together.
#pragma once

#include <vector>

#include "models/fibers/wait.hpp"
#include "models/runtime/meeting.hpp"

namespace concbench::fibers {

// One of the participants of a meeting.
template <class Body>
struct Participant : UnstartedFiber {
  Participant(std::uint64_t number, Worker* home, Meeting& meeting, Runnable parent,
              const Body& body)
      : UnstartedFiber{run_one},
        number(number),
        home(home),
        meeting(meeting),
        parent(parent),
        body(body) {}

  static Worker& run_one(Worker& first, UnstartedFiber* unstarted) {
    const Participant me =
        *static_cast<Participant*>(unstarted);  // the original goes with the meeting
    Worker* worker = &first;
    Waiter self(current(worker, me.home), me.home);
    me.meeting.gate.enter(self, *worker);
    wait(worker, me.meeting.gate.lock);
    try {
      me.body(worker, me.number, self);
    } catch (...) {
      me.meeting.join.failure.keep(std::current_exception());
    }
    if (me.meeting.leave()) worker->wake(me.parent);
    return *worker;
  }

  const std::uint64_t number;
  Worker* const home;
  Meeting& meeting;
  const Runnable parent;
  const Body& body;
};

// By the fiber that is the participants' parent: runs `body(worker, number, waiter)` in a fiber for
// each home, all from the same moment on.
template <class Body>
void meet(Worker*& worker, const std::vector<Worker*>& homes, Stopwatch& clock, const Body& body) {
  Meeting meeting(homes.size(), clock);
  std::vector<Participant<Body>> participants;
  participants.reserve(homes.size());
  std::vector<Fiber*> fibers;  // all of them first: there may be no memory for the last
  fibers.reserve(homes.size());
  try {
    for (std::uint64_t i = 0; i < homes.size(); ++i) {
      participants.emplace_back(i, homes[i], meeting, current(worker), body);
      fibers.push_back(&begin_fiber(*worker, &participants.back()));
    }
  } catch (...) {
    for (Fiber* fiber : fibers) worker->fibers.stacks.give(fiber);
    throw;
  }
  for (std::uint64_t i = 0; i < homes.size(); ++i) {
    worker->later({Kind::fiber, fibers[i], homes[i] != nullptr}, homes[i]);
  }
  Waiter keeper(current(worker), nullptr);
  if (meeting.gate.await_all(keeper)) wait(worker, meeting.gate.lock);
  clock.start();
  meeting.gate.open(*worker);
  await(worker, meeting.join);
  meeting.join.failure.rethrow();
}

}  // namespace concbench::fibers
