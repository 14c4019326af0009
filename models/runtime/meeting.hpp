// What the shapes of participants have in common in every model that can wait: the gate, the end,
// and the data that each shape's participants share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/model.hpp"
#include "models/runtime/join.hpp"
#include "models/runtime/waiting.hpp"

namespace concbench::runtime {

// Participants that begin together; their parent waits for the last.
struct Meeting {
  Meeting(std::uint64_t participants, Stopwatch& clock)
      : gate(participants), clock(clock), running(participants) {
    join.expect(static_cast<std::int32_t>(participants));
  }

  // By each participant at its end. If true, the caller must resume the parent.
  bool leave() {
    if (running.fetch_sub(1) == 1) clock.stop();
    return join.arrive();
  }

  // By the parent, for those that could not be made.
  void cancel(std::uint64_t absent, Worker& worker) {
    for (; absent > 0; --absent) {
      gate.stay_away(worker);
      leave();  // never the last: the parent does not wait for the join yet
    }
  }

  Gate gate;
  Join join;
  Stopwatch& clock;
  std::atomic<std::uint64_t> running;
};

// The worker on which each participant of a ring has to stay; null where it does not matter.
// Throws Exhausted if there are too few workers.
std::vector<Worker*> homes(Scheduler& scheduler, Place place, std::uint64_t participants);

// A token's way round a ring.
template <class K>
struct Relay {
  explicit Relay(K kernel) : kernel(kernel), boxes(new Mailbox[kernel.tasks()]) {
    boxes[0].post(0);
  }

  // The hop after receiving `token`; false if it is the last of all, whose token is the answer.
  bool hop(Worker& worker, std::uint64_t task, std::uint64_t round, std::uint64_t token) {
    const std::uint64_t passed = kernel.pass(token, task);
    ++worker.tally.ops;
    if (round * kernel.tasks() + task + 1 == kernel.hops()) {
      worker.tally.answer += passed;
      return false;
    }
    next(task).send(passed, worker);
    return true;
  }

  // By a participant that fails: the others still wait, so each is told in turn.
  void break_off(Worker& worker, std::uint64_t task) {
    broken.store(true);
    next(task).send(0, worker);
  }

  Mailbox& next(std::uint64_t task) { return boxes[task + 1 == kernel.tasks() ? 0 : task + 1]; }

  K kernel;
  std::unique_ptr<Mailbox[]> boxes;
  std::atomic<bool> broken{false};
};

// The two grids of a stencil, and which of them is the older.
template <class K>
class Grids {
 public:
  explicit Grids(const K& kernel) : from_(kernel.cells()), to_(kernel.cells()) {
    kernel.fill(from_);
  }

  void advance(const K& kernel, std::uint64_t task) {
    kernel.advance(std::span<const std::uint64_t>(from_), std::span<std::uint64_t>(to_), task);
  }
  // Once all have advanced.
  void turn() noexcept { from_.swap(to_); }
  std::uint64_t checksum(const K& kernel) const { return kernel.checksum(from_); }

 private:
  std::vector<std::uint64_t> from_, to_;
};

}  // namespace concbench::runtime
