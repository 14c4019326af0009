// boost-fiber: fibers of Boost.Fiber, stolen by idle workers.
//
// Written as the Boost.Fiber documentation has it: fibers launched with
// launch::dispatch, which run at once and leave their parent to be resumed or stolen; join to wait
// for them; buffered_channel between participants; a scheduling algorithm on each of as many
// threads as the run has CPUs ("Scheduling"), kept alive by a main fiber that waits for the end.
//
// The algorithm is ours, as "Customization" invites: Boost's own work_stealing keeps its threads in
// static variables that can be set up once in a process, and takes fibers first in, first out, so
// that a tree unfolds in its full width. Here thieves take the oldest and a thread takes its newest
// in trees and fans, its oldest otherwise. As with Boost's work_stealing by default, an idle thread
// does not sleep but looks for work until the run is over; between runs it sleeps.
//
// Stacks are of 64 KiB, as in the model `fibers`, from a stack allocator that keeps them for the
// next fiber, as Boost's pooled_fixedsize_stack does, which however is not safe for fibers that end
// on another thread. (With fixedsize_stack the heap gives a stack back to the kernel and fetches it
// again: spawn takes 6 µs a fiber.) They have no guard pages.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <boost/fiber/all.hpp>
#include <boost/version.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/os/participants.hpp"
#include "models/os/shortage.hpp"
#include "models/peers/seats.hpp"
#include "models/predecessors.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

namespace fibers = boost::fibers;
using peers::Seats;

// ---- Scheduling

enum class Order { newest_first, oldest_first };

// The fibers of one thread that are ready to run. Those that Boost pins, a thread's main fiber and
// its dispatcher, wait apart; the dispatcher frees ended fibers and takes in what other threads
// wake, so it has its turn also while there is other work.
class Ready {
 public:
  std::atomic<Order> order{Order::oldest_first};

  void push(fibers::context* fiber) {
    if (fiber->is_context(fibers::type::pinned_context)) return pinned_.push_back(fiber);
    fiber->detach();
    const std::lock_guard lock(mutex_);
    free_.push_back(fiber);
    count_.store(free_.size(), std::memory_order_relaxed);
  }

  // By the thread itself; attaches the fiber to it.
  fibers::context* pop() {
    constexpr unsigned patience = 16;
    const bool dispatch = ++picks_ % patience == 0;
    fibers::context* fiber = dispatch ? nullptr : pop_free(order == Order::newest_first);
    if (fiber || pinned_.empty()) return fiber;
    fiber = pinned_.front();
    pinned_.pop_front();
    return fiber;
  }

  // By any thread; attaches the fiber to that one.
  fibers::context* pop_free(bool newest) {
    if (count_.load(std::memory_order_relaxed) == 0) return nullptr;
    fibers::context* fiber = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (free_.empty()) return nullptr;
      fiber = newest ? free_.back() : free_.front();
      newest ? free_.pop_back() : free_.pop_front();
      count_.store(free_.size(), std::memory_order_relaxed);
    }
    fibers::context::active()->attach(fiber);
    return fiber;
  }

  bool empty() const { return count_.load(std::memory_order_relaxed) == 0 && pinned_.empty(); }

 private:
  std::mutex mutex_;
  std::atomic<std::size_t> count_{0};  // of the free, so that thieves need no lock to see none
  std::deque<fibers::context*> free_;
  std::deque<fibers::context*> pinned_;  // of this thread alone
  unsigned picks_ = 0;
};

class Stealing : public fibers::algo::algorithm {
 public:
  Stealing(std::vector<Ready>& all, std::size_t self) : all_(all), self_(self) {}

  void awakened(fibers::context* fiber) noexcept override { all_[self_].push(fiber); }

  fibers::context* pick_next() noexcept override {
    if (fibers::context* mine = all_[self_].pop()) return mine;
    for (std::size_t i = 1; i < all_.size(); ++i) {
      if (auto* stolen = all_[(self_ + i) % all_.size()].pop_free(false)) return stolen;
    }
    return nullptr;
  }

  bool has_ready_fibers() const noexcept override { return !all_[self_].empty(); }

  // Idle. The kernel may run what else waits for this CPU; nobody sleeps, so nobody need be woken.
  void suspend_until(const std::chrono::steady_clock::time_point&) noexcept override {
    std::this_thread::yield();
  }
  void notify() noexcept override {}

 private:
  std::vector<Ready>& all_;
  const std::size_t self_;
};

// Threads that schedule fibers among themselves while there is a run, and sleep otherwise.
class Workers {
 public:
  explicit Workers(const std::vector<int>& cpus)
      : seats_(peers::usable(cpus)), ready_(cpus.size()) {
    for (std::size_t i = 0; i < cpus.size(); ++i) threads_.emplace_back([this, i] { work(i); });
    run(Order::oldest_first, [] {});
  }
  ~Workers() {
    stopping_ = true;
    begin();
    for (std::thread& thread : threads_) thread.join();
  }

  std::size_t size() const { return seats_.size(); }

  // Runs `body` in a fiber, and returns when it has ended and all threads have come to rest.
  void run(Order order, const std::function<void()>& body) {
    for (Ready& ready : ready_) ready.order = order;
    body_ = &body;
    over_ = false;
    working_ = size();
    begin();
    for (std::size_t n; (n = working_) != 0;) working_.wait(n);
  }

  std::vector<WorkerReport> reports() const { return seats_.reports(); }

 private:
  void begin() {
    ++runs_;
    runs_.notify_all();
  }

  // A thread's main fiber.
  void work(std::size_t number) {
    seats_.sit(number);
    fibers::use_scheduling_algorithm<Stealing>(ready_, number);
    for (unsigned seen = 0;; ++seen) {
      runs_.wait(seen);
      if (stopping_) return;
      if (number == 0) {
        fibers::fiber([this] {
          (*body_)();
          end();
        }).detach();
      }
      {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return over_; });
      }
      seats_.sit(number);
      if (--working_ == 0) working_.notify_one();
    }
  }

  void end() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
  }

  Seats seats_;
  std::vector<Ready> ready_;
  const std::function<void()>* body_ = nullptr;
  fibers::mutex mutex_;
  fibers::condition_variable ended_;
  bool over_ = false;
  std::atomic<unsigned> runs_{0};
  std::atomic<std::size_t> working_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

// ---- Stacks

constexpr std::size_t stack_bytes = 64 * 1024;

// All stacks of the program; the one given back last, which is warm, is taken first.
class StackPool {
 public:
  ~StackPool() {
    for (auto& stack : free_) fixed_.deallocate(stack);
  }

  boost::context::stack_context take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return fixed_.allocate();
    const auto stack = free_.back();
    free_.pop_back();
    return stack;
  }
  void give(const boost::context::stack_context& stack) {
    const std::lock_guard lock(mutex_);
    free_.push_back(stack);
  }

 private:
  std::mutex mutex_;
  fibers::fixedsize_stack fixed_{stack_bytes};
  std::vector<boost::context::stack_context> free_;
};

StackPool stack_pool;

// What Boost asks of a stack allocator: fibers carry a copy each.
struct Stacks {
  boost::context::stack_context allocate() { return stack_pool.take(); }
  void deallocate(boost::context::stack_context& stack) { stack_pool.give(stack); }
};

// ---- fork_join

// A call nests no deeper than this on one stack.
constexpr unsigned most_nested = 32;

template <ForkJoin K>
Tally<K> evaluate(K kernel, typename K::Node node, unsigned nested);

// Launches a fiber for each child but the last, which runs as a call while the stack has room.
template <ForkJoin K, class Tallies, class Fibers>
Tally<K> grow_children(K kernel, Offspring<K> nodes, unsigned nested, Tallies& tallies,
                       Fibers& children) {
  const auto launch = [&](unsigned i) {
    children[i] = fibers::fiber(
        fibers::launch::dispatch, std::allocator_arg, Stacks{},
        [&tallies, kernel, child = nodes.next(), i] { tallies[i] = evaluate(kernel, child, 0); });
  };
  const auto last = static_cast<unsigned>(tallies.size()) - 1;
  for (unsigned i = 0; i < last; ++i) launch(i);
  if (nested < most_nested) {
    tallies[last] = evaluate(kernel, nodes.next(), nested + 1);
  } else {
    launch(last);
  }
  for (fibers::fiber& child : children) {
    if (child.joinable()) child.join();
  }
  return Tally<K>::of(kernel, tallies);
}

template <ForkJoin K>
Tally<K> evaluate(K kernel, typename K::Node node, unsigned nested) {
  const Offspring<K> children = kernel.children(node);
  if (children.empty()) return {kernel.leaf(node)};
  if constexpr (Binary<K>) {
    std::array<Tally<K>, 2> tallies;
    std::array<fibers::fiber, 2> two;
    return grow_children(kernel, children, nested, tallies, two);
  } else {
    std::vector<Tally<K>> tallies(children.count());
    std::vector<fibers::fiber> many(children.count());
    return grow_children(kernel, children, nested, tallies, many);
  }
}

// ---- fan_out, hand_off, channel, yield

// Participants that begin together and are awaited together. Shared by all of them, since the last
// to leave is still here when the one who waits goes on.
class Meeting {
 public:
  explicit Meeting(std::uint64_t participants) : missing_(participants), running_(participants) {}

  void park() {
    std::unique_lock lock(mutex_);
    ++parked_;
    if (--missing_ == 0) changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  // Returns how many are parked, as they counted themselves.
  std::uint64_t await_all_parked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return missing_ == 0; });
    return parked_;
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }

  // The last to leave stops the clock.
  void leave(Stopwatch& clock) {
    if (running_.fetch_sub(1) > 1) return;
    clock.stop();
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
  }
  void await_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return over_; });
  }

 private:
  fibers::mutex mutex_;
  fibers::condition_variable changed_;
  std::uint64_t missing_, parked_ = 0;
  std::atomic<std::uint64_t> running_;
  bool open_ = false, over_ = false;
};

// Holds one token: a buffered_channel of n slots keeps one of them free.
class Box {
 public:
  void give(std::uint64_t token) { channel_.push(token); }
  std::uint64_t take() { return channel_.value_pop(); }

 private:
  fibers::buffered_channel<std::uint64_t> channel_{2};
};

// Boost's channels as they are. The buffered one keeps one of its slots free, and so holds one
// message less than its capacity says; the smallest has two slots.
template <class Boost>
class Bounded {
 public:
  template <class... Capacity>
  explicit Bounded(std::uint64_t producers, Capacity... capacity)
      : channel_(capacity...), producers_(producers) {}

  void send(std::uint64_t item) { channel_.push(item); }
  bool receive(std::uint64_t& item) {
    return channel_.pop(item) == fibers::channel_op_status::success;
  }
  void producer_ended() {
    if (producers_.fetch_sub(1) == 1) channel_.close();
  }

 private:
  Boost channel_;
  std::atomic<std::uint64_t> producers_;
};

// ---- The model

class BoostFiber {
 public:
  explicit BoostFiber(const Setup& setup) : workers_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Outcome outcome{0, 0};
    workers_.run(Order::newest_first, [&] {
      clock.start();
      const Tally<K> all = evaluate(kernel, kernel.root(), 0);
      clock.stop();
      outcome = {kernel.answer(all.result), all.tasks};
    });
    return outcome;
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    const auto meeting = std::make_shared<Meeting>(outcomes.size());
    workers_.run(Order::newest_first, [&] {
      clock.start();
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        launch(fibers::launch::dispatch,
               [&outcomes, &clock, meeting, kernel, i, ticket = kernel.ticket(i)] {
                 outcomes[i] = perform_task(kernel, ticket);
                 meeting->leave(clock);
               });
      }
      meeting->await_end();
    });
    return os::sum(outcomes);
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    peers::take_any_place(kernel.place(), workers_.size());
    std::vector<Box> boxes(kernel.tasks());
    return meet(kernel.tasks(), clock, [&](std::uint64_t task) {
      if (task == 0) boxes[0].give(0);
      return os::pass_tokens(kernel, boxes, task);
    });
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    const std::uint64_t producers = kernel.producers(), capacity = kernel.capacity();
    if (capacity == 0) {
      return send_through(Bounded<fibers::unbuffered_channel<std::uint64_t>>(producers), kernel,
                          clock);
    }
    return send_through(Bounded<fibers::buffered_channel<std::uint64_t>>(
                            producers, std::max<std::uint64_t>(2, capacity)),
                        kernel, clock);
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](std::uint64_t task) {
      Outcome outcome{0, 0};
      for (; outcome.ops < kernel.yields(); ++outcome.ops) {
        boost::this_fiber::yield();
        outcome.answer += kernel.tick(task);
      }
      return outcome;
    });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    fibers::mutex mutex;
    typename K::State state{};
    const Outcome all = meet(kernel.tasks(), clock,
                             [&](std::uint64_t) { return os::take_turns(kernel, mutex, state); });
    return {kernel.answer(state), all.ops};
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    const auto meeting = std::make_shared<Meeting>(outcomes.size());
    workers_.run(Order::oldest_first, [&] {
      clock.start();
      for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
        launch(fibers::launch::post, [&outcomes, &clock, meeting, kernel, i] {
          outcomes[i] = {kernel.begin(i), 1};
          meeting->park();
          meeting->leave(clock);
        });
      }
      clock.held(meeting->await_all_parked());
      meeting->open();
      meeting->await_end();
    });
    return os::sum(outcomes);
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](std::uint64_t task) {
      return os::sleep_once(kernel, task, clock.started_at(), sleep_until);
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return meet(kernel.tasks(), clock, [&](std::uint64_t task) {
      return os::follow_recipe(kernel, task, clock.started_at(), sleep_until,
                               boost::this_fiber::yield);
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    fibers::barrier barrier(kernel.tasks());
    const Outcome all = meet(kernel.tasks(), clock, [&](std::uint64_t task) {
      return os::keep_in_step(kernel, grids, task, [&] { return barrier.wait(); });
    });
    return {kernel.checksum(grids.from(kernel.phases())), all.ops};
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, chunks_a_worker * workers_.size()), clock);
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    CountedGraph<K> graph(kernel);
    const auto meeting = std::make_shared<Meeting>(1);  // of the last task's end
    workers_.run(Order::newest_first, [&] {
      const std::function<void(GraphTask)> begin = [&](GraphTask task) {
        launch(fibers::launch::post, [&, meeting, task] {
          if (graph.perform(task, begin)) meeting->leave(clock);
        });
      };
      clock.start();
      graph.begin(begin);
      meeting->await_end();
    });
    return graph.outcome();
  }

  std::vector<WorkerReport> workers() const { return workers_.reports(); }
  Notes notes() const {
    return {{"idle", "looks for work until the run is over, then sleeps"},
            {"loop_grain", chunked_by_worker},
            {"stack_guard", "none"},
            {"library", "Boost.Fiber " BOOST_LIB_VERSION}};
  }

  static std::string no_verb(Shape shape) {
    if (shape != Shape::serve) return "";
    return "Boost.Fiber waits for fibers and times only: it has nothing that waits for sockets";
  }

  // A fiber touches the end of its stack, where Boost keeps the fiber itself, and the page below;
  // the heap's own book-keeping touches another.
  static std::string refusal(const Ask& ask) {
    if (keeps_few_alive(ask.shape)) return "";
    if (ask.demand.capacity > 1 && !std::has_single_bit(ask.demand.capacity)) {
      return "the capacity of a buffered_channel is a power of two, not " +
             std::to_string(ask.demand.capacity);
    }
    if (ask.demand.stack_bytes > stack_bytes / 2) {
      return "a fiber cannot use " + os::grouped(ask.demand.stack_bytes) +
             " bytes of its stack of " + os::grouped(stack_bytes) +
             " and be sure not to leave it: it has no guard page";
    }
    const std::uint64_t touched_bytes = 3 * 4096 + ask.demand.stack_bytes;
    if (ask.demand.alive <= ask.limits.memory_bytes.value / touched_bytes) return "";
    return os::grouped(ask.demand.alive) + " fibers that touch " + os::grouped(touched_bytes) +
           " bytes of their stacks each exceed " + ask.limits.memory_bytes.name + " " +
           os::grouped(ask.limits.memory_bytes.value);
  }
  static constexpr bool pins = true;

 private:
  static void sleep_until(std::int64_t when) {
    using Clock = std::chrono::steady_clock;
    boost::this_fiber::sleep_until(Clock::time_point(std::chrono::nanoseconds(when)));
  }

  template <class Body>
  static void launch(fibers::launch policy, Body body) {
    fibers::fiber(policy, std::allocator_arg, Stacks{}, std::move(body)).detach();
  }

  template <class Channels, Channel K>
  Outcome send_through(Channels&& channel, const K& kernel, Stopwatch& clock) {
    return meet(kernel.producers() + kernel.consumers(), clock,
                [&](std::uint64_t i) { return os::produce_or_consume(kernel, channel, i); });
  }

  // Runs `body(i)` in a fiber for each participant, all from the same moment on.
  template <class Body>
  Outcome meet(std::uint64_t participants, Stopwatch& clock, const Body& body) {
    std::vector<Outcome> outcomes(participants);
    const auto meeting = std::make_shared<Meeting>(participants);
    workers_.run(Order::oldest_first, [&] {
      for (std::uint64_t i = 0; i < participants; ++i) {
        launch(fibers::launch::post, [&outcomes, &clock, &body, meeting, i] {
          meeting->park();
          outcomes[i] = body(i);
          meeting->leave(clock);
        });
      }
      meeting->await_all_parked();
      clock.start();
      meeting->open();
      meeting->await_end();
    });
    return os::sum(outcomes);
  }

  Workers workers_;
};

}  // namespace

extern const Model boost_fiber_model;
const Model boost_fiber_model =
    describe<BoostFiber>("boost-fiber", "fibers of Boost.Fiber, stolen by idle workers");

}  // namespace concbench
