// What the owner of a stolen task and its thief tell each other: that the owner waits, and that the
// task has ended.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/runtime/atomics.hpp"

namespace concbench::runtime {

template <class Atomics>
class BasicTheft {
 public:
  // By the owner, before it waits: from here on the thief wakes it.
  void await() {
    State running = State::running;
    state_.compare_exchange_strong(running, State::awaited);
  }
  bool ended() const { return state_.load() >= State::done; }
  // Once it has ended.
  bool failed() const { return state_.load() == State::failed; }

  // By the thief, which must not touch the task after that. If true, it must unpark the owner.
  bool end(bool failed) {
    return state_.exchange(failed ? State::failed : State::done) == State::awaited;
  }

 private:
  enum class State : std::uint8_t { running, awaited, done, failed };

  typename Atomics::template Atomic<State> state_{State::running};
};

using Theft = BasicTheft<StdAtomics>;

}  // namespace concbench::runtime
