// A stateless model checker for code that is a template over its atomics (models/runtime/
// atomics.hpp). It runs a scenario of a few threads again and again, each time in another order of
// their atomic operations, until it has seen every order with at most a given number of
// preemptions, or one that goes wrong.
//
// Idea: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
// programs" (2007): few preemptions suffice for nearly all mistakes, and bound the search. Threads
// are contexts on one thread of the machine, switched before every atomic operation; the memory is
// sequentially consistent. Leaving a thread that cannot go on is free, leaving any other is a
// preemption.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/runtime/switch.hpp"

namespace concbench::model_check {

// What came of a scenario.
struct Verdict {
  bool holds = true;
  std::string why;               // if it does not: what went wrong, and in which order
  std::uint64_t executions = 0;  // orders that were tried
};

// Decides who goes on, and remembers what has been tried.
class Explorer {
 public:
  explicit Explorer(unsigned threads, unsigned preemptions)
      : preemptions_(preemptions), threads_(threads) {}

  // Null outside of an execution.
  static inline Explorer* running = nullptr;

  // Runs all threads once, in the next order.
  template <class Scenario>
  void execute(Scenario& scenario) {
    scenario_ = &scenario;
    body_ = [](void* what, unsigned thread) { static_cast<Scenario*>(what)->thread(thread); };
    begin();
  }
  // Whether there is another order to try.
  bool next_order() {
    while (!trail_.empty() && trail_.back().chosen + 1 == trail_.back().options) trail_.pop_back();
    if (trail_.empty()) return false;
    ++trail_.back().chosen;
    return true;
  }
  const std::string& failure() const { return failure_; }

  // ---- By the threads.

  // Before each atomic operation: the place where others may go first.
  void step() {
    if (++steps_ > most_steps) fail("it goes on for ever");
    go_on_with(choose());
  }
  // After each store: those that pause may find what they wait for, and those that are about to
  // pause may have looked before it.
  void stored() {
    for (Thread& thread : threads_) {
      if (thread.state == State::pausing) thread.state = State::ready;
      if (&thread != &threads_[current_]) thread.looks_again = true;
    }
  }
  void pause() {
    if (!std::exchange(threads_[current_].looks_again, false)) stop_as(State::pausing);
  }
  void sleep_on(const void* word) {
    threads_[current_].word = word;
    stop_as(State::asleep);
  }
  // Time passes only while nobody can go on. Whether the deadline ended the sleep.
  bool sleep_until(const void* word, std::int64_t deadline) {
    Thread& self = threads_[current_];
    self.deadline = deadline;
    sleep_on(word);
    return std::exchange(self.deadline, none) <= now_;
  }
  std::int64_t now() const { return now_; }
  void wake(const void* word) {
    for (Thread& thread : threads_) {
      if (thread.state == State::asleep && thread.word == word) thread.state = State::ready;
    }
  }
  [[noreturn]] void fail(const std::string& why) {
    failure_ = why + "; order:" + order();
    leave();
  }

 private:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  enum class State { ready, pausing, asleep, ended };
  struct Thread {
    static constexpr std::size_t stack_bytes = 64 * 1024;
    State state = State::ready;
    bool looks_again = false;
    const void* word = nullptr;
    std::int64_t deadline = none;
    runtime::Context context = nullptr;
    std::unique_ptr<std::byte[]> stack = std::make_unique<std::byte[]>(stack_bytes);
  };
  struct Choice {
    unsigned chosen, options;
  };
  static constexpr unsigned most_steps = 10'000;

  void begin() {
    running = this;
    steps_ = preempted_ = depth_ = 0;
    now_ = 0;
    order_.clear();
    for (Thread& thread : threads_) {
      const auto top = reinterpret_cast<std::uintptr_t>(thread.stack.get()) + Thread::stack_bytes;
      thread.state = State::ready;
      thread.looks_again = false;
      thread.deadline = none;
      thread.context = runtime::fresh_context(reinterpret_cast<void*>(top & ~std::uintptr_t{15}),
                                              Thread::stack_bytes - 15, enter);
    }
    current_ = first();
    order_.push_back(current_);
    runtime::switch_context(main_, threads_[current_].context, {nullptr, nullptr, nullptr});
    running = nullptr;
  }
  [[noreturn]] static void enter(runtime::Worker*, runtime::Hook, void*) {
    Explorer& self = *running;
    self.body_(self.scenario_, self.current_);
    self.stop_as(State::ended);
    __builtin_unreachable();
  }
  [[noreturn]] void leave() {
    runtime::Context abandoned;
    runtime::switch_context(abandoned, main_, {nullptr, nullptr, nullptr});
    __builtin_unreachable();
  }

  // Which thread begins: leaving nobody, so no preemption.
  unsigned first() { return decide(static_cast<unsigned>(threads_.size())); }

  unsigned choose() {
    const bool may_preempt = preempted_ < preemptions_;
    const unsigned others = may_preempt ? count_ready_others() : 0;
    const unsigned chosen = decide(1 + others);
    if (chosen == 0) return current_;
    ++preempted_;
    return ready_other(chosen - 1);
  }
  void stop_as(State state) {
    threads_[current_].state = state;
    const unsigned others = count_ready_others();
    if (others > 0) return go_on_with(ready_other(decide(others)));
    if (const unsigned next = first_deadline(); threads_[next].deadline != none) {
      now_ = threads_[next].deadline;
      threads_[next].state = State::ready;
      return go_on_with(next);
    }
    for (const Thread& thread : threads_) {
      if (thread.state != State::ended) fail("nobody can go on");
    }
    leave();
  }

  // Whose sleep ends first by itself.
  unsigned first_deadline() const {
    unsigned first = 0;
    for (unsigned i = 1; i < threads_.size(); ++i) {
      if (threads_[i].deadline < threads_[first].deadline) first = i;
    }
    return first;
  }

  // Follows the trail to its end, then takes the first option each time.
  unsigned decide(unsigned options) {
    if (options == 1) return 0;
    if (depth_ == trail_.size()) trail_.push_back({0, options});
    return trail_[depth_++].chosen;
  }

  unsigned count_ready_others() const {
    unsigned count = 0;
    for (unsigned i = 0; i < threads_.size(); ++i) {
      count += i != current_ && threads_[i].state == State::ready;
    }
    return count;
  }
  unsigned ready_other(unsigned index) const {
    for (unsigned i = 0;; ++i) {
      if (i != current_ && threads_[i].state == State::ready && index-- == 0) return i;
    }
  }
  void go_on_with(unsigned next) {
    order_.push_back(next);
    if (next == current_) return;
    runtime::Context& from = threads_[current_].context;
    current_ = next;
    runtime::switch_context(from, threads_[next].context, {nullptr, nullptr, nullptr});
  }

  // "0x3 1x2": three operations of thread 0, two of thread 1.
  std::string order() const {
    std::string text;
    for (std::size_t i = 0, n = 0; i < order_.size(); i += n) {
      for (n = 1; i + n < order_.size() && order_[i + n] == order_[i];) ++n;
      text.append(" ").append(std::to_string(order_[i])).append("x").append(std::to_string(n));
    }
    return text;
  }

  const unsigned preemptions_;
  std::vector<Thread> threads_;
  runtime::Context main_ = nullptr;
  void* scenario_ = nullptr;
  void (*body_)(void*, unsigned) = nullptr;
  std::vector<Choice> trail_;
  // Of the present execution.
  unsigned current_ = 0, steps_ = 0, preempted_ = 0;
  std::int64_t now_ = 0;
  std::size_t depth_ = 0;
  std::vector<unsigned> order_;
  std::string failure_;
};

// For scenarios: what must be true.
inline void require(bool condition, const char* otherwise) {
  if (!condition) Explorer::running->fail(otherwise);
}

// The policy. As in zeroed memory, an atomic of zero bytes is one that holds zero.
struct CheckedAtomics {
  template <class T>
  class Atomic {
   public:
    Atomic(T value = {}) : value_(value) {}
    ~Atomic() { gone_ = true; }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    T load(std::memory_order = std::memory_order_seq_cst) const {
      touch();
      return value_;
    }
    void store(T value, std::memory_order = std::memory_order_seq_cst) { exchange(value); }
    T exchange(T value, std::memory_order = std::memory_order_seq_cst) {
      touch();
      return change(value);
    }
    T fetch_add(T value, std::memory_order = std::memory_order_seq_cst) {
      touch();
      return change(static_cast<T>(value_ + value));
    }
    T fetch_sub(T value, std::memory_order = std::memory_order_seq_cst) {
      touch();
      return change(static_cast<T>(value_ - value));
    }
    bool compare_exchange_strong(T& expected, T value,
                                 std::memory_order = std::memory_order_seq_cst,
                                 std::memory_order = std::memory_order_seq_cst) {
      touch();
      if (value_ != expected) {
        expected = value_;
        return false;
      }
      change(value);
      return true;
    }
    bool compare_exchange_weak(T& expected, T value,
                               std::memory_order success = std::memory_order_seq_cst,
                               std::memory_order failure = std::memory_order_seq_cst) {
      return compare_exchange_strong(expected, value, success, failure);
    }

   private:
    friend struct CheckedAtomics;

    void touch() const {
      if (!Explorer::running) return;
      Explorer::running->step();
      require(!gone_, "an atomic is used after its end");
    }
    T change(T value) {
      const T before = value_;
      value_ = value;
      if (Explorer::running) Explorer::running->stored();
      return before;
    }

    T value_;
    volatile bool gone_ = false;  // else the compiler drops the store of a destructor
  };

  static void pause() { Explorer::running->pause(); }
  static void wait(Atomic<std::uint32_t>& word, std::uint32_t expected) {
    word.touch();
    if (word.value_ == expected) Explorer::running->sleep_on(&word);
  }
  static bool wait_until(Atomic<std::uint32_t>& word, std::uint32_t expected,
                         std::int64_t deadline) {
    word.touch();
    return word.value_ == expected && Explorer::running->sleep_until(&word, deadline);
  }
  static void wake(Atomic<std::uint32_t>& word) {
    Explorer::running->step();
    Explorer::running->wake(&word);
  }
};

// Tries all orders of a scenario with that many preemptions. A scenario is a class whose objects
// are made anew for each; it has `threads`, their number, `thread(i)`, what each does, and `end()`,
// which says what is wrong after all have ended, or "". It must do the same whenever the order is.
template <class Scenario>
Verdict explore(unsigned preemptions) {
  Explorer explorer(Scenario::threads, preemptions);
  Verdict verdict;
  do {
    ++verdict.executions;
    std::optional<Scenario> scenario(std::in_place);
    explorer.execute(*scenario);
    verdict.why = explorer.failure();
    if (verdict.why.empty()) verdict.why = scenario->end();
    verdict.holds = verdict.why.empty();
  } while (verdict.holds && explorer.next_order());
  return verdict;
}

}  // namespace concbench::model_check
