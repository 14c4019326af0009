// Where tasks wait for each other between two phases.
#pragma once

#include <cstdint>
#include <utility>

#include "models/runtime/waiting.hpp"

namespace concbench::runtime {

class Barrier {
 public:
  explicit Barrier(std::uint64_t parties) : parties_(parties) {}
  SpinLock lock;

  // By each party at the end of a phase. The last to come does `turn()`, which must not throw, and
  // does not wait.
  template <class Turn>
  bool arrive(Waiter& self, Worker& worker, const Turn& turn) {
    lock.lock();
    if (++arrived_ < parties_) {
      self.home = &worker;
      waiting_.push(self);
      return true;
    }
    release(worker, turn);
    return false;
  }

  // By a party that comes no more.
  template <class Turn>
  void drop(Worker& worker, const Turn& turn) {
    lock.lock();
    --parties_;
    if (parties_ > 0 && arrived_ == parties_) return release(worker, turn);
    lock.unlock();
  }

 private:
  // Those who wait go on where they came, where the cache has their part of the data: a worker need
  // not ask for them phase after phase.
  template <class Turn>
  void release(Worker& worker, const Turn& turn) {
    arrived_ = 0;
    Waiters released = std::exchange(waiting_, {});
    turn();
    lock.unlock();
    while (Waiter* waiter = released.pop()) worker.later(waiter->task, waiter->home);
  }

  std::uint64_t parties_;
  std::uint64_t arrived_ = 0;
  Waiters waiting_;
};

}  // namespace concbench::runtime
