// A channel that holds nothing: a sender sleeps until a receiver has taken its value. The interface
// is that of the channels in channel.hpp.
//
// Senders take turns at one place for a value: who has put one there waits for its removal.
#pragma once

#include <climits>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "models/os/channel.hpp"

namespace concbench::os {

// What std::condition_variable is to std::mutex. All is called with the mutex held.
template <Scope scope>
class FutexCondition {
 public:
  void wait(std::unique_lock<FutexMutex<scope>>& lock) { sleepers_.sleep(*lock.mutex()); }
  void notify_one() {
    if (sleepers_.pick_one()) sleepers_.wake(1);
  }
  void notify_all() {
    if (sleepers_.pick_all()) sleepers_.wake(INT_MAX);
  }

 private:
  Sleepers<scope> sleepers_;
};

template <class Mutex, class Condition>
class Rendezvous {
 public:
  explicit Rendezvous(std::uint64_t producers) : producers_(producers) {}

  void send(std::uint64_t item) {
    std::unique_lock lock(mutex_);
    while (offered_ != taken_) place_free_.wait(lock);
    item_ = item;
    const std::uint64_t mine = ++offered_;
    value_there_.notify_one();
    while (taken_ < mine) value_taken_.wait(lock);
  }

  bool receive(std::uint64_t& item) {
    std::unique_lock lock(mutex_);
    while (offered_ == taken_ && producers_ > 0) value_there_.wait(lock);
    if (offered_ == taken_) return false;
    item = item_;
    ++taken_;
    // All, for a second sender may have come to wait before the first was awake.
    value_taken_.notify_all();
    place_free_.notify_one();
    return true;
  }

  void producer_ended() {
    const std::lock_guard lock(mutex_);
    if (--producers_ == 0) value_there_.notify_all();
  }

 private:
  Mutex mutex_;
  Condition place_free_, value_there_, value_taken_;
  std::uint64_t item_ = 0;
  std::uint64_t offered_ = 0, taken_ = 0;  // values so far
  std::uint64_t producers_;
};

template <Scope scope>
using FutexRendezvous = Rendezvous<FutexMutex<scope>, FutexCondition<scope>>;
using CondvarRendezvous = Rendezvous<std::mutex, std::condition_variable>;

}  // namespace concbench::os
