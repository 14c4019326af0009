// Asio's thread_pool as asio-pool and asio-coro use it: its own threads, each bound to a CPU, which
// all run handlers from one queue.
//
// A thread without a handler to run sleeps on a condition variable at once: Asio's own policy,
// which it offers no setting for.
#pragma once

#include <asio/basic_waitable_timer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/version.hpp>
#include <asio/wait_traits.hpp>
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include "models/iterations.hpp"
#include "models/peers/seats.hpp"

namespace concbench::peers {

class AsioThreads {
 public:
  using Executor = asio::thread_pool::executor_type;
  // A steady_timer bound to the pool's own type of executor.
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;

  using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

  explicit AsioThreads(const std::vector<int>& cpus) : seats_(usable(cpus)), pool_(cpus.size()) {
    std::atomic<std::size_t> next{0};
    on_each([&] { seat = next.fetch_add(1); });
    call_the_roll();
  }

  // A moment of Stopwatch::now().
  static Timer::time_point moment(std::int64_t when) {
    return Timer::time_point(std::chrono::nanoseconds(when));
  }

  Executor executor() { return pool_.get_executor(); }
  std::size_t size() const { return seats_.size(); }

  // Runs `body` on a thread of the pool and returns once `finish` has been called, by whatever runs
  // last of what it set off.
  template <class Body>
  void run(Body body) {
    asio::post(pool_, body);
    finished_.acquire();
    call_the_roll();
  }
  void finish() { finished_.release(); }

  std::vector<WorkerReport> reports() const { return seats_.reports(); }
  static Notes notes() {
    return {{"idle", "Asio's own: sleeps at once"},
            {"loop_grain", chunked_by_worker},
            {"library", "Asio " + std::to_string(ASIO_VERSION / 100'000) + '.' +
                            std::to_string(ASIO_VERSION / 100 % 1'000) + '.' +
                            std::to_string(ASIO_VERSION % 100)}};
  }

 private:
  inline static thread_local std::size_t seat = 0;

  void call_the_roll() {
    on_each([this] { seats_.sit(seat); });
  }

  // Runs `body` once on each thread: none takes a second handler while it waits for the others.
  template <class Body>
  void on_each(const Body& body) {
    const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(size()));
    for (std::size_t i = 0; i < size(); ++i) {
      asio::post(pool_, [&body, all] {
        body();
        all->arrive_and_wait();
      });
    }
    all->wait();
  }

  Seats seats_;
  std::binary_semaphore finished_{0};
  asio::thread_pool pool_;
};

}  // namespace concbench::peers
