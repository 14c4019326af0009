// A barrier for coroutines, which Asio has none of.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/experimental/concurrent_channel.hpp>
#include <asio/use_awaitable.hpp>
#include <atomic>
#include <cstdint>
#include <deque>

#include "models/peers/asio_threads.hpp"

namespace concbench::peers {

// Here the last to arrive sends each of the others a message. There are two
// channels, for phases in turn: who is quick could otherwise take the message of one who is slow.
class AsioBarrier {
 public:
  AsioBarrier(std::uint64_t participants, AsioThreads::Executor executor)
      : participants_(participants), missing_(participants) {
    for (int i = 0; i < 2; ++i) waiting_.emplace_back(executor, participants);
  }

  // True in the last, who counts the barrier.
  asio::awaitable<bool, AsioThreads::Executor> arrive() {
    const std::uint64_t phase = phase_.load(std::memory_order_relaxed);
    Box& waiting = waiting_[phase % 2];
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) > 1) {
      co_await waiting.async_receive(asio::use_awaitable_t<AsioThreads::Executor>{});
      co_return false;
    }
    missing_.store(participants_, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    for (std::uint64_t i = 1; i < participants_; ++i) waiting.try_send(asio::error_code{}, 0);
    co_return true;
  }

 private:
  using Box = asio::experimental::concurrent_channel<AsioThreads::Executor,
                                                     void(asio::error_code, std::uint64_t)>;

  const std::uint64_t participants_;
  std::atomic<std::uint64_t> missing_, phase_{0};
  std::deque<Box> waiting_;
};

}  // namespace concbench::peers
