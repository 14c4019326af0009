// A stateless model checker for code that is a template over its atomics (models/runtime/
// atomics.hpp). It runs a scenario of a few threads again and again, each time in another order of
// their atomic operations, until it has seen every order with at most a given number of
// preemptions, or one that goes wrong. Where stale reads are allowed, it also tries what a load may
// find on a machine whose memory is not sequentially consistent (weak_memory.hpp).
//
// Idea: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
// programs" (2007): few preemptions suffice for nearly all mistakes, and bound the search. Threads
// are contexts on one thread of the machine, switched before every atomic operation. Leaving a
// thread that cannot go on is free, leaving any other is a preemption.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/runtime/switch.hpp"
#include "tests/mutants.hpp"
#include "tests/weak_memory.hpp"

namespace concbench::model_check {

// What came of a scenario.
struct Verdict {
  bool holds = true;
  std::string why;               // if it does not: what went wrong, and in which order
  std::uint64_t executions = 0;  // orders that were tried
};

// How far the search goes, for each execution.
struct Bounds {
  unsigned preemptions;
  unsigned stale_reads = 0;  // loads that do not find the newest value
};

// What lies in an atomic, as long as nobody explores, and the newest value otherwise.
struct Word {
  std::uint64_t bits = 0;
  volatile bool gone = false;  // else the compiler drops the store of a destructor
  mutable std::uint32_t execution = 0, location = 0;  // where its history is, in that execution
};

// Decides who goes on and what is read, and remembers what has been tried.
class Explorer {
 public:
  Explorer(unsigned threads, const Bounds& bounds) : bounds_(bounds), threads_(threads) {}

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

  void replace_by(const Mutant* mutant) { mutant_ = mutant; }
  // Where the scenario has memory orders and wakes; collected if there is a place for it.
  void collect(std::vector<Site>* sites) { sites_ = sites; }

  // ---- By the threads: what they do with atomics.

  std::uint64_t load(const Word& word, const Site& site) {
    reach(word);
    const std::memory_order order = order_of(site);
    if (!is_weak()) return word.bits;
    const std::uint32_t location = locate(word);
    const std::size_t newest = memory_.writes(location) - 1;
    const std::size_t oldest = memory_.oldest(location, view(), order);
    return read(location, newest - decide_back(newest - oldest, site), order);
  }
  void store(Word& word, std::uint64_t bits, const Site& site) {
    reach(word);
    const std::memory_order order = order_of(site);
    if (is_weak()) memory_.write(locate(word), bits, view(), order);
    word.bits = bits;
    stored();
  }
  // The new value is `change` of the old one, which is returned.
  template <class Change>
  std::uint64_t exchange(Word& word, const Site& site, const Change& change) {
    reach(word);
    return replace_newest(word, change(word.bits), order_of(site));
  }
  // May also find an older value than the newest, if that is not what it expects.
  bool compare_exchange(Word& word, std::uint64_t& expected, std::uint64_t bits,
                        const Site& success, const Site& failure) {
    reach(word);
    const std::memory_order order = order_of(success), failed_order = order_of(failure);
    if (is_weak() && find_another(word, expected, failed_order, failure)) return false;
    if (word.bits == expected) {
      replace_newest(word, bits, order);
      return true;
    }
    expected = word.bits;
    if (is_weak()) read(locate(word), memory_.writes(locate(word)) - 1, failed_order);
    return false;
  }
  // What is no atomic: all that was done with it before must be known to have happened.
  void touch_plain(Word& word) {
    if (!is_weak()) return;
    const std::uint32_t location = locate(word);
    if (view().at(location) + 1 != memory_.writes(location)) fail("a data race");
    memory_.write(location, 0, view(), std::memory_order_relaxed);
  }

  // The kernel's part: it sees the newest value.
  bool is_newest(const Word& word, std::uint64_t expected) {
    reach(word);
    return word.bits == expected;
  }
  // In a loop that waits for a store: goes on only after one, if a whole turn of this loop has not
  // found what it waits for.
  void pause(const std::source_location& place) {
    Thread& self = threads_[current_];
    std::uint64_t& stores_then = self.paused_at(place.line());
    const std::uint64_t stores_now = stores_ - self.stores;
    if (std::exchange(stores_then, stores_now) == stores_now) stop_as(State::pausing);
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
  void wake(const void* word, const Site& site) {
    step();
    if (order_of(site) != site.order) return;
    for (Thread& thread : threads_) {
      if (thread.state == State::asleep && thread.word == word) thread.state = State::ready;
    }
  }
  [[noreturn]] void fail(const std::string& why) {
    failure_ = why + "; order:" + order() + stale_at_;
    leave();
  }

 private:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  enum class State { ready, pausing, asleep, ended };
  struct Thread {
    static constexpr std::size_t stack_bytes = 64 * 1024;
    State state = State::ready;
    std::uint64_t stores = 0;
    std::vector<std::pair<unsigned, std::uint64_t>> pauses;  // lines, and others' stores by then
    View view;
    const void* word = nullptr;
    std::int64_t deadline = none;
    runtime::Context context = nullptr;
    std::unique_ptr<std::byte[]> stack = std::make_unique<std::byte[]>(stack_bytes);

    std::uint64_t& paused_at(unsigned line) {
      for (auto& [other, stores] : pauses) {
        if (other == line) return stores;
      }
      constexpr std::uint64_t never = -1;
      return pauses.emplace_back(line, never).second;
    }
  };
  struct Choice {
    unsigned chosen, options;
  };
  static constexpr unsigned most_steps = 10'000;

  void begin() {
    running = this;
    steps_ = preempted_ = stale_ = depth_ = 0;
    now_ = 0;
    stores_ = 0;
    memory_.forget();
    ++execution_;
    order_.clear();
    stale_at_.clear();
    for (Thread& thread : threads_) {
      const auto top = reinterpret_cast<std::uintptr_t>(thread.stack.get()) + Thread::stack_bytes;
      thread.state = State::ready;
      thread.stores = 0;
      thread.pauses.clear();
      thread.view = {};
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

  bool is_weak() const { return bounds_.stale_reads > 0; }
  View& view() { return threads_[current_].view; }
  std::uint32_t locate(const Word& word) {
    if (word.execution != execution_) {
      if (memory_.is_full()) fail("it has more atomics than the checker keeps");
      word.execution = execution_;
      word.location = memory_.add(word.bits);
    }
    return word.location;
  }
  // Before each operation: the place where others may go first.
  void reach(const Word& word) {
    step();
    if (word.gone) fail("an atomic is used after its end");
  }
  void step() {
    if (++steps_ > most_steps) fail("it goes on for ever");
    go_on_with(choose());
  }
  std::memory_order order_of(const Site& site) {
    if (sites_ && std::find(sites_->begin(), sites_->end(), site) == sites_->end()) {
      sites_->push_back(site);
    }
    return mutant_ && mutant_->site == site ? mutant_->order : site.order;
  }

  std::uint64_t read(std::uint32_t location, std::size_t write, std::memory_order order) {
    memory_.read(location, write, view(), order);
    return memory_.value(location, write);
  }
  std::uint64_t replace_newest(Word& word, std::uint64_t bits, std::memory_order order) {
    if (is_weak()) {
      const std::uint32_t location = locate(word);
      read(location, memory_.writes(location) - 1, order);
      memory_.replace(location, bits, view(), order);
    }
    stored();
    return std::exchange(word.bits, bits);
  }
  // Whether an older value is chosen, of those that differ from what is expected.
  bool find_another(const Word& word, std::uint64_t& expected, std::memory_order order,
                    const Site& site) {
    const std::uint32_t location = locate(word);
    others_.clear();
    for (std::size_t write = memory_.oldest(location, view(), order);
         write + 1 < memory_.writes(location); ++write) {
      if (memory_.value(location, write) != expected) others_.push_back(write);
    }
    const std::size_t back = decide_back(others_.size(), site);
    if (back > 0) expected = read(location, others_[others_.size() - back], order);
    return back > 0;
  }
  // Those that pause may find what they wait for.
  void stored() {
    ++stores_;
    ++threads_[current_].stores;
    for (Thread& thread : threads_) {
      if (thread.state == State::pausing) thread.state = State::ready;
    }
  }

  // How far a load looks back, of at most that many writes.
  std::size_t decide_back(std::size_t most, const Site& site) {
    if (stale_ == bounds_.stale_reads) return 0;
    const unsigned back = decide(1 + static_cast<unsigned>(most));
    if (back == 0) return 0;
    ++stale_;
    threads_[current_].pauses.clear();  // the next turn may find more
    stale_at_ += fmt::format("; thread {} finds what is old at line {} of {}", current_,
                             site.where.line(), site.where.file_name());
    return back;
  }

  // Which thread begins: leaving nobody, so no preemption.
  unsigned first() { return decide(static_cast<unsigned>(threads_.size())); }

  unsigned choose() {
    const bool may_preempt = preempted_ < bounds_.preemptions;
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

  const Bounds bounds_;
  std::vector<Thread> threads_;
  runtime::Context main_ = nullptr;
  void* scenario_ = nullptr;
  void (*body_)(void*, unsigned) = nullptr;
  const Mutant* mutant_ = nullptr;
  std::vector<Site>* sites_ = nullptr;
  std::vector<Choice> trail_;
  static inline std::uint32_t execution_ = 0;  // of all explorers
  // Of the present execution.
  Memory memory_;
  std::vector<std::size_t> others_;
  std::string stale_at_;
  unsigned current_ = 0, steps_ = 0, preempted_ = 0, stale_ = 0;
  std::int64_t now_ = 0;
  std::uint64_t stores_ = 0;
  std::size_t depth_ = 0;
  std::vector<unsigned> order_;
  std::string failure_;
};

// For scenarios: what must be true.
inline void require(bool condition, const char* otherwise) {
  if (!condition) Explorer::running->fail(otherwise);
}

// For scenarios: what code protects that is no atomic.
class Plain {
 public:
  void touch() {
    if (Explorer::running) Explorer::running->touch_plain(word_);
  }

 private:
  Word word_;
};

// The policy. As in zeroed memory, an atomic of zero bytes is one that holds zero.
struct CheckedAtomics {
  using Order = std::memory_order;
  using Place = std::source_location;
  static constexpr Order in_one_order = std::memory_order_seq_cst;

  template <class T>
  class Atomic {
   public:
    Atomic(T value = {}) { word_.bits = bits(value); }
    ~Atomic() { word_.gone = true; }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    T load(Order order = in_one_order, Place place = Place::current()) const {
      if (!Explorer::running) return value(word_.bits);
      return value(Explorer::running->load(word_, {place, Operation::load, false, order}));
    }
    void store(T to, Order order = in_one_order, Place place = Place::current()) {
      if (!Explorer::running) return void(word_.bits = bits(to));
      Explorer::running->store(word_, bits(to), {place, Operation::store, false, order});
    }
    T exchange(T to, Order order = in_one_order, Place place = Place::current()) {
      return change(order, place, [&](T) { return to; });
    }
    T fetch_add(T more, Order order = in_one_order, Place place = Place::current()) {
      return change(order, place, [&](T before) { return static_cast<T>(before + more); });
    }
    T fetch_sub(T less, Order order = in_one_order, Place place = Place::current()) {
      return change(order, place, [&](T before) { return static_cast<T>(before - less); });
    }
    bool compare_exchange_strong(T& expected, T to, Order success, Order failure,
                                 Place place = Place::current()) {
      std::uint64_t found = bits(expected);
      const bool done = Explorer::running ? Explorer::running->compare_exchange(
                                                word_, found, bits(to),
                                                {place, Operation::exchange, false, success},
                                                {place, Operation::load, true, failure})
                                          : compare_exchange_alone(found, bits(to));
      if (!done) expected = value(found);
      return done;
    }
    bool compare_exchange_strong(T& expected, T to, Order order = in_one_order,
                                 Place place = Place::current()) {
      return compare_exchange_strong(expected, to, order, of_failure(order), place);
    }
    bool compare_exchange_weak(T& expected, T to, Order success, Order failure,
                               Place place = Place::current()) {
      return compare_exchange_strong(expected, to, success, failure, place);
    }

   private:
    friend struct CheckedAtomics;

    static std::uint64_t bits(T value) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof value);
      return bits;
    }
    static T value(std::uint64_t bits) {
      T value;
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
    static Order of_failure(Order order) {
      if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
      return order == std::memory_order_release ? std::memory_order_relaxed : order;
    }
    template <class Change>
    T change(Order order, const Place& place, const Change& change) {
      const auto to = [&](std::uint64_t before) { return bits(change(value(before))); };
      if (Explorer::running) {
        return value(
            Explorer::running->exchange(word_, {place, Operation::exchange, false, order}, to));
      }
      return value(std::exchange(word_.bits, to(word_.bits)));
    }
    bool compare_exchange_alone(std::uint64_t& expected, std::uint64_t to) {
      if (word_.bits == expected) return word_.bits = to, true;
      expected = word_.bits;
      return false;
    }

    Word word_;
  };

  static void pause(Place place = Place::current()) { Explorer::running->pause(place); }
  static void wait(Atomic<std::uint32_t>& word, std::uint32_t expected) {
    if (Explorer::running->is_newest(word.word_, expected)) Explorer::running->sleep_on(&word);
  }
  static bool wait_until(Atomic<std::uint32_t>& word, std::uint32_t expected,
                         std::int64_t deadline) {
    return Explorer::running->is_newest(word.word_, expected) &&
           Explorer::running->sleep_until(&word, deadline);
  }
  static void wake(Atomic<std::uint32_t>& word, Place place = Place::current()) {
    Explorer::running->wake(&word, {place, Operation::wake});
  }
};

// Tries all orders of a scenario within the bounds, of the code as it is or of a mutant. A scenario
// is a class whose objects are made anew for each; it has `threads`, their number, `thread(i)`,
// what each does, and `end()`, which says what is wrong after all have ended, or "". It must do the
// same whenever the order is.
template <class Scenario>
Verdict explore(const Bounds& bounds, const Mutant* mutant = nullptr,
                std::vector<Site>* sites = nullptr) {
  Explorer explorer(Scenario::threads, bounds);
  explorer.replace_by(mutant);
  explorer.collect(sites);
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
