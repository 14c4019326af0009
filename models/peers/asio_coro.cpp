// asio-coro: C++20 coroutines of Asio, awaitable and co_spawn, on its thread_pool.
//
// Written as the Asio documentation ("C++20 Coroutines Support") has it: a task is an
// awaitable that co_spawn starts, operations complete by use_awaitable, tasks talk over the
// experimental concurrent_channel, and post gives way; a strand stands in place of a lock. All are
// bound to the pool's own type of executor, which saves the cost of any_io_executor. An awaitable
// that is only awaited is a call; to be a task that another thread may run, a child begins with
// post.
#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/experimental/concurrent_channel.hpp>
#include <asio/read.hpp>
#include <asio/strand.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <deque>
#include <tuple>

// An experiment up to Asio 1.22, and no longer there in 1.30.
#if ASIO_VERSION < 102400
#include <asio/experimental/as_tuple.hpp>
#else
#include <asio/as_tuple.hpp>
#endif

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/os/clients.hpp"
#include "models/os/participants.hpp"
#include "models/os/shortage.hpp"
#include "models/peers/asio_barrier.hpp"
#include "models/peers/asio_threads.hpp"
#include "models/predecessors.hpp"
#include "models/script.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

using peers::AsioThreads;

using Executor = AsioThreads::Executor;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
template <class... Values>
using Bounded = asio::experimental::concurrent_channel<Executor, void(asio::error_code, Values...)>;

using Box = Bounded<std::uint64_t>;

constexpr asio::use_awaitable_t<Executor> awaiting;
#if ASIO_VERSION < 102400
using asio::experimental::as_tuple;
#else
using asio::as_tuple;
#endif

// An operation that may end in an error, as a tuple with the error in front.
template <class Channel>
auto receive(Channel& channel) {
  return channel.async_receive(as_tuple(awaiting));
}

// ---- fork_join

template <ForkJoin K>
Awaitable<Tally<K>> evaluate(Executor executor, K kernel, typename K::Node node);

template <ForkJoin K>
Awaitable<Tally<K>> child_task(Executor executor, K kernel, typename K::Node node) {
  co_await asio::post(executor, awaiting);
  co_return co_await evaluate(executor, kernel, node);
}

template <class Tally>
using Collected = Bounded<unsigned, Tally>;

// What a child does when it has ended: it sends its tally, which the parent collects.
template <class Tally>
struct Send {
  // Shared with the children, since the last to send is still within the channel when the parent
  // has its message and goes on.
  std::shared_ptr<Collected<Tally>> to;
  unsigned child;

  void operator()(std::exception_ptr failure, Tally tally) const {
    if (failure) std::rethrow_exception(failure);
    to->try_send(asio::error_code{}, child, tally);
  }
};

// Spawns all children but the last, which it awaits itself, and collects what they send.
template <ForkJoin K>
Awaitable<Tally<K>> evaluate(Executor executor, K kernel, typename K::Node node) {
  Offspring<K> children = kernel.children(node);
  if (children.empty()) co_return Tally<K>{kernel.leaf(node)};
  const unsigned last = children.count() - 1;
  const auto channel = std::make_shared<Collected<Tally<K>>>(executor, last);
  for (unsigned i = 0; i < last; ++i) {
    asio::co_spawn(executor, child_task(executor, kernel, children.next()),
                   Send<Tally<K>>{channel, i});
  }
  std::vector<Tally<K>> tallies(last + 1);
  tallies[last] = co_await evaluate(executor, kernel, children.next());
  for (unsigned arrived = 0; arrived < last; ++arrived) {
    const auto [error, i, tally] = co_await receive(*channel);
    tallies[i] = tally;
  }
  co_return Tally<K>::of(kernel, tallies);
}

// What is done when the root of a tree has ended.
template <class Tally>
struct Finish {
  Tally& all;
  AsioThreads& threads;
  Stopwatch& clock;

  void operator()(std::exception_ptr failure, Tally tally) const {
    if (failure) std::rethrow_exception(failure);
    clock.stop();
    all = tally;
    threads.finish();
  }
};

// ---- fan_out, hand_off, channel, yield

// Participants that begin together, once all have come, and run until the last of them ends.
class Meeting {
 public:
  Meeting(std::uint64_t participants, AsioThreads& threads, Stopwatch& clock)
      : outcomes(participants, Outcome{0, 0}),
        threads_(threads),
        clock_(clock),
        missing_(participants),
        running_(participants),
        gate_(threads.executor()) {}

  // Runs the coroutine `body(i)` for each participant.
  template <class Body>
  Outcome run(const Body& body) {
    threads_.run([&, executor = threads_.executor(), count = outcomes.size()] {
      for (std::uint64_t i = 0; i < count; ++i) {
        asio::co_spawn(executor, attend(body, i), asio::detached);
      }
    });
    return os::sum(outcomes);
  }

  std::vector<Outcome> outcomes;

 private:
  template <class Body>
  Awaitable<void> attend(const Body& body, std::uint64_t number) {
    if (missing_.fetch_sub(1) == 1) {
      clock_.start();
      gate_.close();
    }
    co_await receive(gate_);  // nothing is sent: the end of the channel is what is awaited
    outcomes[number] = co_await body(number);
    if (running_.fetch_sub(1) > 1) co_return;
    clock_.stop();
    threads_.finish();
  }

  AsioThreads& threads_;
  Stopwatch& clock_;
  std::atomic<std::uint64_t> missing_, running_;
  Box gate_;
};

// Passes the token on whenever it comes.
template <HandOff K>
Awaitable<Outcome> pass_tokens(K kernel, std::deque<Box>& boxes, std::uint64_t task) {
  const std::uint64_t tasks = kernel.tasks(), hops = kernel.hops();
  Box& mine = boxes[task];
  Box& next = boxes[(task + 1) % tasks];
  Outcome outcome{0, 0};
  for (std::uint64_t hop = task; hop < hops; hop += tasks) {
    const std::uint64_t token = kernel.pass(co_await mine.async_receive(awaiting), task);
    ++outcome.ops;
    if (hop + 1 == hops) {
      outcome.answer = token;
    } else {
      next.try_send(asio::error_code{}, token);  // there is one token, and so always room
    }
  }
  co_return outcome;
}

// Asio's close() would drop what is still in the buffer (seen with 1.22), so the last producer
// sends an end of file to each consumer.
template <Channel K>
Awaitable<Outcome> produce(K kernel, Box& channel, std::atomic<std::uint64_t>& producers,
                           std::uint64_t number) {
  const Share mine = share(kernel.messages(), kernel.producers(), number);
  for (std::uint64_t i = mine.first; i < mine.last; ++i) {
    const std::uint64_t item = kernel.item(i);
    if (!channel.try_send(asio::error_code{}, item)) {
      co_await channel.async_send(asio::error_code{}, item, awaiting);
    }
  }
  if (producers.fetch_sub(1) == 1) {
    for (std::uint64_t i = 0; i < kernel.consumers(); ++i) {
      co_await channel.async_send(asio::error::eof, 0, awaiting);
    }
  }
  co_return Outcome{0, 0};
}

template <Channel K>
Awaitable<Outcome> consume(K kernel, Box& channel) {
  Outcome outcome{0, 0};
  for (;;) {
    asio::error_code error;
    std::uint64_t item = 0;
    if (!channel.try_receive([&](asio::error_code e, std::uint64_t i) { error = e, item = i; })) {
      std::tie(error, item) = co_await receive(channel);
    }
    if (error) co_return outcome;
    outcome.answer += kernel.take(item);
    ++outcome.ops;
  }
}

template <Yielding K>
Awaitable<Outcome> give_way(Executor executor, K kernel, std::uint64_t task) {
  Outcome outcome{0, 0};
  for (; outcome.ops < kernel.yields(); ++outcome.ops) {
    co_await asio::post(executor, awaiting);
    outcome.answer += kernel.tick(task);
  }
  co_return outcome;
}

// ---- contend, hold, timers, recipe, phases

// A critical section runs on the strand that all share, one at a time; there the task also asks for
// its next, for which it queues anew.
template <Contend K>
Awaitable<Outcome> take_turns(K kernel, asio::strand<Executor>& strand, typename K::State& state) {
  Outcome outcome{0, 0};
  typename K::Own own{};
  for (; outcome.ops < kernel.sections(); ++outcome.ops) {
    kernel.ask(own);
    co_await asio::post(asio::bind_executor(strand, awaiting));
    kernel.enter(state, own);
  }
  co_return outcome;
}

// Coroutines that wait for the end of a channel to which nobody sends, until all do.
template <Hold K>
struct Held {
  Awaitable<void> stay(std::uint64_t task) {
    outcomes[task] = {kernel.begin(task), 1};
    const std::uint64_t alive = parked.fetch_add(1) + 1;
    if (alive == kernel.tasks()) {
      clock.held(alive);
      gate.close();
    }
    co_await receive(gate);
    if (running.fetch_sub(1) > 1) co_return;
    clock.stop();
    threads.finish();
  }

  const K kernel;
  AsioThreads& threads;
  Stopwatch& clock;
  std::vector<Outcome> outcomes = std::vector<Outcome>(kernel.tasks());
  Box gate{threads.executor()};
  std::atomic<std::uint64_t> parked{0}, running{kernel.tasks()};
};

template <Timers K>
Awaitable<Outcome> sleep_once(Executor executor, K kernel, std::uint64_t task,
                              std::int64_t opened_at) {
  const std::int64_t deadline = opened_at + kernel.delay_ns(task);
  AsioThreads::Timer timer(executor, AsioThreads::moment(deadline));
  co_await timer.async_wait(awaiting);
  co_return Outcome{kernel.woke(task, Stopwatch::now() - deadline), 1};
}

template <Recipe K>
Awaitable<Outcome> follow_recipe(Executor executor, K kernel, std::uint64_t task,
                                 std::int64_t opened_at) {
  AsioThreads::Timer timer(executor);
  Script script(kernel, task, opened_at);
  for (; !script.over(); script.did()) {
    if (script.waits()) {
      timer.expires_at(AsioThreads::moment(script.due_ns()));
      co_await timer.async_wait(awaiting);
    } else if (script.yields()) {
      co_await asio::post(executor, awaiting);
    } else {
      script.work();
    }
  }
  co_return script.outcome();
}

template <Phases K>
Awaitable<Outcome> keep_in_step(K kernel, const os::Grids& grids, std::uint64_t task,
                                peers::AsioBarrier& barrier) {
  Outcome outcome{0, 0};
  for (std::uint64_t phase = 0; phase < kernel.phases(); ++phase) {
    kernel.advance(grids.from(phase), grids.to(phase), task);
    const bool last = co_await barrier.arrive();
    if (last) ++outcome.ops;
  }
  co_return outcome;
}

// ---- graph

// A task is a coroutine, which spawns those that it was the last to hold up.
template <Graph K>
struct Dependent {
  void spawn(GraphTask task) { asio::co_spawn(threads.executor(), run(task), asio::detached); }

  Awaitable<void> run(GraphTask task) {
    co_await asio::post(threads.executor(), awaiting);
    if (!graph.perform(task, [this](GraphTask next) { spawn(next); })) co_return;
    clock.stop();
    threads.finish();
  }

  CountedGraph<K> graph;
  AsioThreads& threads;
  Stopwatch& clock;
};

// ---- serve

template <Serve K>
Awaitable<Outcome> answer_requests(K kernel, os::Clients& clients, AsioThreads::Socket& socket,
                                   std::uint64_t task) {
  if (task == 0) clients.go();
  constexpr auto result = as_tuple(awaiting);
  std::vector<std::byte> message(kernel.load().message_bytes);
  const asio::mutable_buffer all(message.data(), message.size());
  Outcome outcome{0, 0};
  for (;;) {
    const auto [ended, received] = co_await asio::async_read(socket, all, result);
    if (ended) co_return outcome;
    outcome.answer += kernel.reply(message);
    const auto [broken, sent] = co_await asio::async_write(socket, all, result);
    if (broken) co_return outcome;
    ++outcome.ops;
  }
}

// ---- The model

class AsioCoro {
 public:
  explicit AsioCoro(const Setup& setup) : cpus_(setup.cpus), threads_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Tally<K> all;
    threads_.run([&, executor = threads_.executor()] {
      clock.start();
      asio::co_spawn(executor, evaluate(executor, kernel, kernel.root()),
                     Finish<Tally<K>>{all, threads_, clock});
    });
    return {kernel.answer(all.result), all.tasks};
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    std::vector<Outcome> outcomes(kernel.tasks());
    std::atomic<std::uint64_t> running{outcomes.size()};
    using Ticket = typename K::Ticket;
    const auto task = [&, kernel](std::uint64_t i, Ticket ticket) -> Awaitable<void> {
      co_await asio::post(threads_.executor(), awaiting);
      outcomes[i] = perform_task(kernel, ticket);
      if (running.fetch_sub(1) > 1) co_return;
      clock.stop();
      threads_.finish();
    };
    threads_.run([&, executor = threads_.executor(), count = outcomes.size()] {
      clock.start();
      for (std::uint64_t i = 0; i < count; ++i) {
        asio::co_spawn(executor, task(i, kernel.ticket(i)), asio::detached);
      }
    });
    return os::sum(outcomes);
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    peers::take_any_place(kernel.place(), threads_.size());
    std::deque<Box> boxes;
    for (std::uint64_t i = 0; i < kernel.tasks(); ++i) boxes.emplace_back(threads_.executor(), 1);
    boxes.front().try_send(asio::error_code{}, 0);
    return Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t task) {
      return pass_tokens(kernel, boxes, task);
    });
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    Box channel(threads_.executor(), kernel.capacity());
    std::atomic<std::uint64_t> producers{kernel.producers()};
    return Meeting(kernel.producers() + kernel.consumers(), threads_, clock)
        .run([&, all = kernel.producers()](std::uint64_t i) {
          return i < all ? produce(kernel, channel, producers, i) : consume(kernel, channel);
        });
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    return Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t task) {
      return give_way(threads_.executor(), kernel, task);
    });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    asio::strand<Executor> strand(threads_.executor());
    typename K::State state{};
    const Outcome all = Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t) {
      return take_turns(kernel, strand, state);
    });
    return {kernel.answer(state), all.ops};
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    Held<K> held{kernel, threads_, clock};
    threads_.run([&, executor = threads_.executor(), count = kernel.tasks()] {
      clock.start();
      for (std::uint64_t i = 0; i < count; ++i) {
        asio::co_spawn(executor, held.stay(i), asio::detached);
      }
    });
    return os::sum(held.outcomes);
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    return Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t task) {
      return sleep_once(threads_.executor(), kernel, task, clock.started_at());
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    return Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t task) {
      return follow_recipe(threads_.executor(), kernel, task, clock.started_at());
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    peers::AsioBarrier barrier(kernel.tasks(), threads_.executor());
    const Outcome all = Meeting(kernel.tasks(), threads_, clock).run([&](std::uint64_t task) {
      return keep_in_step(kernel, grids, task, barrier);
    });
    return {kernel.checksum(grids.from(kernel.phases())), all.ops};
  }

  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    const std::uint64_t connections = kernel.load().connections;
    os::Clients clients(kernel.load(), cpus_, os::Sockets::non_blocking);
    std::deque<AsioThreads::Socket> sockets;
    for (std::uint64_t i = 0; i < connections; ++i) {
      sockets.emplace_back(threads_.executor(), asio::ip::tcp::v4(), clients.take(i));
    }
    const Outcome all = Meeting(connections, threads_, clock).run([&](std::uint64_t task) {
      return answer_requests(kernel, clients, sockets[task], task);
    });
    sockets.clear();
    clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, chunks_a_worker * threads_.size()), clock);
  }

  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    Dependent<K> tasks{CountedGraph<K>(kernel), threads_, clock};
    threads_.run([&] {
      clock.start();
      tasks.graph.begin([&](GraphTask task) { tasks.spawn(task); });
    });
    return tasks.graph.outcome();
  }

  std::vector<WorkerReport> workers() const { return threads_.reports(); }
  Notes notes() const { return peers::AsioThreads::notes(); }

  static std::string no_verb(Shape) { return ""; }

  // Asio's queue is first in, first out: a tree unfolds in its full width before its leaves run. A
  // coroutine with its channel takes 560 to 720 bytes (peak memory of fib(25), measured with
  // Asio 1.22 and g++ 12).
  static std::string refusal(const Ask& ask) {
    if (ask.demand.stack_bytes > 0) return "a coroutine that waits has no stack";
    constexpr std::uint64_t task_bytes = 768;
    if (ask.demand.alive <= ask.limits.memory_bytes.value / task_bytes) return "";
    return os::grouped(ask.demand.alive) + " coroutines of about " + os::grouped(task_bytes) +
           " bytes could be alive at once, more than " + ask.limits.memory_bytes.name + " " +
           os::grouped(ask.limits.memory_bytes.value);
  }
  static constexpr bool pins = true;

 private:
  const std::vector<int> cpus_;
  AsioThreads threads_;
};

}  // namespace

extern const Model asio_coro_model;
const Model asio_coro_model =
    describe<AsioCoro>("asio-coro", "Asio's awaitable coroutines on its thread_pool");

}  // namespace concbench
