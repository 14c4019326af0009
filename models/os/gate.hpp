// The gate behind which participants assemble, so that a verb's clock starts with all of them ready
// and stops with the last of them.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/os/futex.hpp"
#include "models/stopwatch.hpp"

namespace concbench::os {

template <Scope scope>
class Gate {
 public:
  explicit Gate(std::uint64_t participants)
      : participants_(static_cast<std::uint32_t>(participants)),
        missing_(participants_),
        inside_(participants) {}

  // A participant counts itself and sleeps until the gate opens; false if there is nothing to do
  // because others could not be made.
  bool park() {
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) futex_wake<scope>(missing_);
    while (state_.load(std::memory_order_acquire) == closed) futex_wait<scope>(state_, closed);
    return state_.load(std::memory_order_acquire) == opened;
  }

  // A participant has ended. The last one notes the time.
  void leave() {
    if (inside_.fetch_sub(1, std::memory_order_acq_rel) == 1) ended_at_ = Stopwatch::now();
  }

  // Waits for all to be parked; false if that did not happen within `patience`.
  bool all_parked(const timespec* patience = nullptr) const {
    while (const std::uint32_t missing = missing_.load(std::memory_order_acquire)) {
      futex_wait<scope>(missing_, missing, patience);
      if (patience != nullptr) return missing_.load(std::memory_order_acquire) == 0;
    }
    return true;
  }

  std::uint64_t participants() const { return participants_; }
  // How many are parked, as they counted themselves.
  std::uint64_t parked() const { return participants_ - missing_.load(std::memory_order_acquire); }

  // Lets all of them go on. `when` is what the clock said, for those who cannot read it themselves:
  // other processes.
  void open(std::int64_t when) {
    opened_at_ = when;
    set(opened);
  }
  void cancel() { set(cancelled); }

  // For participants that the gate has let through.
  std::int64_t opened_at() const { return opened_at_; }

  // When the last participant ended. For whoever has joined them all.
  std::int64_t ended_at() const { return ended_at_; }

 private:
  enum : std::uint32_t { closed, opened, cancelled };

  void set(std::uint32_t state) {
    state_.store(state, std::memory_order_release);
    futex_wake<scope>(state_);
  }

  const std::uint32_t participants_;
  Word missing_;  // participants not yet parked
  Word state_{closed};
  std::atomic<std::uint64_t> inside_;  // participants not yet ended
  std::int64_t opened_at_ = 0, ended_at_ = 0;
};

}  // namespace concbench::os
