// Bounded channels: producers sleep while it is full, consumers while it is empty, and the end of
// the last producer closes it. All have the same interface:
//
//   void send(std::uint64_t item);         // sleeps while the channel is full
//   void producer_ended();                 // the last of the producers closes the channel
//   bool receive(std::uint64_t& item);     // sleeps while it is empty; false: closed, and empty
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "models/model.hpp"
#include "models/os/futex.hpp"
#include "models/os/mutex.hpp"
#include "models/os/pipe.hpp"

namespace concbench::os {

// A first-in first-out buffer in memory that is given. Not synchronised.
class Buffer {
 public:
  explicit Buffer(std::span<std::uint64_t> slots) : slots_(slots) {}

  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == slots_.size(); }
  void push(std::uint64_t item) {
    const std::size_t end = first_ + size_++;
    slots_[end < slots_.size() ? end : end - slots_.size()] = item;
  }
  std::uint64_t pop() {
    const std::uint64_t item = slots_[first_];
    if (++first_ == slots_.size()) first_ = 0;
    --size_;
    return item;
  }

 private:
  std::span<std::uint64_t> slots_;
  std::size_t first_ = 0, size_ = 0;
};

// Those who sleep until the state under a mutex changes. All but `wake` are called with the mutex
// held.
//
// Who picks a sleeper takes it off the count, so that a burst of sends to one sleeper makes one
// system call. No wake-up is lost: picking changes the word, and whoever has not reached the kernel
// by then is turned away there and looks again; those who have reached it, or come later, never
// outnumber the count and the wake-ups still under way. A sleeper that the kernel turned away or
// woke without need is still counted: that costs a needless wake-up, never a sleeper.
template <Scope scope>
class Sleepers {
 public:
  void sleep(FutexMutex<scope>& mutex) {
    ++count_;
    const std::uint32_t seen = changes_.load(std::memory_order_relaxed);
    mutex.unlock();
    futex_wait<scope>(changes_, seen);
    mutex.lock();
  }

  // Whether there is one to wake, once the mutex is free.
  bool pick_one() {
    if (count_ == 0) return false;
    --count_;
    changes_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  bool pick_all() {
    if (count_ == 0) return false;
    count_ = 0;
    changes_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  void wake(int most) { futex_wake<scope>(changes_, most); }

 private:
  Word changes_{0};
  std::uint32_t count_ = 0;
};

template <Scope scope>
class FutexChannel {
 public:
  FutexChannel(std::span<std::uint64_t> slots, std::uint64_t producers)
      : buffer_(slots), producers_(producers) {}

  void send(std::uint64_t item) {
    mutex_.lock();
    while (buffer_.full()) senders_.sleep(mutex_);
    buffer_.push(item);
    const bool wake = receivers_.pick_one();
    mutex_.unlock();
    if (wake) receivers_.wake(1);
  }

  bool receive(std::uint64_t& item) {
    mutex_.lock();
    while (buffer_.empty() && producers_ > 0) receivers_.sleep(mutex_);
    const bool received = !buffer_.empty();
    if (received) item = buffer_.pop();
    const bool wake = received && senders_.pick_one();
    mutex_.unlock();
    if (wake) senders_.wake(1);
    return received;
  }

  void producer_ended() {
    mutex_.lock();
    const bool wake = --producers_ == 0 && receivers_.pick_all();
    mutex_.unlock();
    if (wake) receivers_.wake(INT_MAX);
  }

 private:
  FutexMutex<scope> mutex_;
  Sleepers<scope> senders_, receivers_;
  Buffer buffer_;
  std::uint64_t producers_;
};

class CondvarChannel {
 public:
  CondvarChannel(std::span<std::uint64_t> slots, std::uint64_t producers)
      : buffer_(slots), producers_(producers) {}

  void send(std::uint64_t item) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [this] { return !buffer_.full(); });
      buffer_.push(item);
    }
    not_empty_.notify_one();
  }

  bool receive(std::uint64_t& item) {
    {
      std::unique_lock lock(mutex_);
      not_empty_.wait(lock, [this] { return !buffer_.empty() || producers_ == 0; });
      if (buffer_.empty()) return false;
      item = buffer_.pop();
    }
    not_full_.notify_one();
    return true;
  }

  void producer_ended() {
    const std::lock_guard lock(mutex_);
    if (--producers_ == 0) not_empty_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  Buffer buffer_;
  std::uint64_t producers_;
};

// A pipe in packet mode (O_DIRECT): every message takes one of its pages, so that a pipe of n pages
// holds n messages, and the channel's capacity is what was asked for. The kernel makes pipes of 2^k
// pages only; any other capacity is refused, since a channel of another capacity is another
// workload. The last producer sends each consumer a packet shorter than a message: the end.
class PipeChannel {
 public:
  PipeChannel(std::uint64_t capacity, std::uint64_t producers, std::uint64_t consumers)
      : pipe_(O_DIRECT), producers_(producers), consumers_(consumers) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const int bytes = fcntl(pipe_.descriptor(), F_SETPIPE_SZ, capacity * page);
    if (bytes < 0 || static_cast<std::uint64_t>(bytes) != capacity * page) {
      throw Exhausted(refusal(capacity));
    }
  }

  static std::string refusal(std::uint64_t capacity) {
    return "a pipe cannot hold exactly " + std::to_string(capacity) +
           " messages: it holds a power of two, up to fs.pipe-max-size / " +
           std::to_string(sysconf(_SC_PAGESIZE));
  }

  void send(std::uint64_t item) { pipe_.write(&item, sizeof item); }

  bool receive(std::uint64_t& item) { return pipe_.read(&item, sizeof item) == sizeof item; }

  void producer_ended() {
    if (producers_.fetch_sub(1) > 1) return;
    const char end = 0;
    for (std::uint64_t i = 0; i < consumers_; ++i) pipe_.write(&end, sizeof end);
  }

 private:
  Pipe pipe_;
  std::atomic<std::uint64_t> producers_;
  const std::uint64_t consumers_;
};

}  // namespace concbench::os
