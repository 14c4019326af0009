// How tasks wait for each other: the same for fibers and coroutines. What differs is how a task
// suspends, and that is not here.
//
// Each operation that may have to wait returns true if it must; the lock is then still held, and
// the task's model releases it once the task's context is saved. Until then nobody can wake the
// task; from then on its frame may be gone at any moment.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "models/runtime/lock.hpp"
#include "models/runtime/runnable.hpp"
#include "models/runtime/scheduler.hpp"

namespace concbench::runtime {

// A task that waits; lies in its own stack or frame.
struct Waiter {
  Waiter(Runnable task, Worker* home) : task(task), home(home) {}

  void wake(Worker& worker) { worker.wake(task, home); }

  Runnable task;
  Worker* home;             // where it must run, or null for anywhere
  std::uint64_t value = 0;  // what is sent, or was received
  bool received = false;
  Waiter* next = nullptr;
};

// Waiters, first in first out.
class Waiters {
 public:
  bool empty() const { return first_ == nullptr; }
  void push(Waiter& waiter) {
    waiter.next = nullptr;
    *(first_ ? &last_->next : &first_) = &waiter;
    last_ = &waiter;
  }
  // The oldest, or null.
  Waiter* pop() {
    Waiter* waiter = first_;
    if (waiter) first_ = waiter->next;
    return waiter;
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

// Holds tasks back until all have come and it is opened.
class Gate {
 public:
  explicit Gate(std::uint64_t expected) : missing_(expected) {}
  SpinLock lock;

  // By each participant. Always waits.
  bool enter(Waiter& self, Worker& worker) {
    lock.lock();
    waiting_.push(self);
    ++present_;
    if (--missing_ == 0 && keeper_) keeper_->wake(worker);
    return true;
  }

  // By a participant that will not come, or for it.
  void stay_away(Worker& worker) {
    lock.lock();
    if (--missing_ == 0 && keeper_) keeper_->wake(worker);
    lock.unlock();
  }

  // By the keeper: whether it must wait for the last participant.
  bool await_all(Waiter& keeper) {
    lock.lock();
    if (missing_ == 0) {
      lock.unlock();
      return false;
    }
    keeper_ = &keeper;
    return true;
  }

  // How many wait. By the keeper, once all are there.
  std::uint64_t present() const { return present_; }

  // By the keeper, once all are there. They run in the order in which they came.
  void open(Worker& worker) {
    lock.lock();
    Waiters released = std::exchange(waiting_, {});
    lock.unlock();
    while (Waiter* waiter = released.pop()) worker.later(waiter->task, waiter->home);
  }

 private:
  std::uint64_t missing_;
  std::uint64_t present_ = 0;
  Waiter* keeper_ = nullptr;
  Waiters waiting_;
};

// Holds one value for one task. A cache line of its own, since neighbours may be on other cores.
class alignas(64) Mailbox {
 public:
  SpinLock lock;

  // Takes the value, or waits until it is put into `self`.
  bool receive(Waiter& self) {
    lock.lock();
    if (full_) {
      self.value = value_;
      full_ = false;
      lock.unlock();
      return false;
    }
    waiting_ = &self;
    return true;
  }

  // Puts in the first value, before anybody waits.
  void post(std::uint64_t value) {
    value_ = value;
    full_ = true;
  }

  void send(std::uint64_t value, Worker& worker) {
    lock.lock();
    if (Waiter* waiter = std::exchange(waiting_, nullptr)) {
      waiter->value = value;
      lock.unlock();
      waiter->wake(worker);
    } else {
      post(value);
      lock.unlock();
    }
  }

 private:
  bool full_ = false;
  std::uint64_t value_ = 0;
  Waiter* waiting_ = nullptr;
};

// A bounded queue of values. A sender that finds a receiver waiting hands over directly; a receiver
// that makes room moves the value of a waiting sender in, and takes it directly where there never
// is any room.
class BoundedChannel {
 public:
  BoundedChannel(std::uint64_t capacity, std::uint64_t senders)
      : capacity_(capacity), senders_(senders), values_(new std::uint64_t[capacity]) {}
  SpinLock lock;

  // Sends `self.value`.
  bool send(Waiter& self, Worker& worker) {
    lock.lock_for_turns();
    if (Waiter* receiver = receivers_waiting_.pop()) {
      receiver->value = self.value;
      receiver->received = true;
      lock.unlock();
      receiver->wake(worker);
      return false;
    }
    if (count_ == capacity_) {
      senders_waiting_.push(self);
      return true;
    }
    put(self.value);
    lock.unlock();
    return false;
  }

  // Receives into `self.value`; `self.received` stays false if the channel is closed and empty.
  bool receive(Waiter& self, Worker& worker) {
    self.received = false;
    lock.lock_for_turns();
    if (count_ == 0) {
      if (Waiter* sender = senders_waiting_.pop()) {  // at capacity 0 only
        self.value = sender->value;
        self.received = true;
        lock.unlock();
        sender->wake(worker);
        return false;
      }
      if (senders_ > 0) {
        receivers_waiting_.push(self);
        return true;
      }
      lock.unlock();
      return false;
    }
    self.value = values_[first_];
    self.received = true;
    first_ = first_ + 1 == capacity_ ? 0 : first_ + 1;
    --count_;
    Waiter* sender = senders_waiting_.pop();
    if (sender) put(sender->value);
    lock.unlock();
    if (sender) sender->wake(worker);
    return false;
  }

  // By each sender when it is done; the last one closes the channel.
  void leave(Worker& worker) {
    lock.lock_for_turns();
    Waiters idle;
    if (--senders_ == 0) idle = std::exchange(receivers_waiting_, {});
    lock.unlock();
    while (Waiter* receiver = idle.pop()) receiver->wake(worker);
  }

 private:
  void put(std::uint64_t value) {
    const std::uint64_t last = first_ + count_;
    values_[last < capacity_ ? last : last - capacity_] = value;
    ++count_;
  }

  const std::uint64_t capacity_;
  std::uint64_t senders_;
  std::uint64_t first_ = 0, count_ = 0;
  std::unique_ptr<std::uint64_t[]> values_;
  Waiters senders_waiting_, receivers_waiting_;
};

}  // namespace concbench::runtime
