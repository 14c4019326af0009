// asio-pool: handlers on Asio's thread_pool. A task never waits: it leaves behind a handler that
// goes on once there is something to go on with.
//
// Written as the Asio documentation has it: thread_pool; post for work that others
// may run, defer for what continues the handler that is about to end ("post, dispatch and defer");
// the experimental concurrent_channel with completion handlers, tried first and waited for only if
// it must be; strands in place of locks; steady_timer. A participant of a ring or a channel is its
// state and the handler that comes next.
#include <asio/buffer.hpp>
#include <asio/defer.hpp>
#include <asio/error.hpp>
#include <asio/experimental/concurrent_channel.hpp>
#include <asio/read.hpp>
#include <asio/strand.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <deque>
#include <functional>

#include "models/describe.hpp"
#include "models/iterations.hpp"
#include "models/os/clients.hpp"
#include "models/os/participants.hpp"
#include "models/peers/asio_threads.hpp"
#include "models/predecessors.hpp"
#include "models/script.hpp"
#include "models/tally.hpp"

namespace concbench {
namespace {

using peers::AsioThreads;

// ---- fork_join

// A tree of which every node but the last of its siblings is a handler of its own; that one goes on
// in its parent's handler.
template <ForkJoin K>
class Tree {
 public:
  Tree(K kernel, AsioThreads& threads, Stopwatch& clock)
      : kernel_(kernel), threads_(threads), clock_(clock) {}

  void evaluate() {
    clock_.start();
    evaluate(kernel_.root(), nullptr, 0);
  }
  Outcome outcome() const { return {kernel_.answer(all_.result), all_.tasks}; }

 private:
  // A node that waits for its children.
  struct Family {
    Family(unsigned children, Family* parent, unsigned number)
        : parent(parent), number(number), missing(children), tallies(children) {}

    Family* const parent;
    const unsigned number;  // among the parent's children
    std::atomic<unsigned> missing;
    std::vector<Tally<K>> tallies;
  };

  void evaluate(typename K::Node node, Family* parent, unsigned number) {
    for (;;) {
      Offspring<K> children = kernel_.children(node);
      if (children.empty()) break;
      const unsigned last = children.count() - 1;
      auto* family = new Family(last + 1, parent, number);
      for (unsigned i = 0; i < last; ++i) {
        asio::post(threads_.executor(),
                   [this, child = children.next(), family, i] { evaluate(child, family, i); });
      }
      node = children.next();
      parent = family;
      number = last;
    }
    deliver({kernel_.leaf(node)}, parent, number);
  }

  // Hands a tally up, and on from each family that it completes.
  void deliver(Tally<K> tally, Family* family, unsigned number) {
    while (family) {
      family->tallies[number] = tally;
      if (family->missing.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
      const std::unique_ptr<Family> complete(family);
      tally = Tally<K>::of(kernel_, complete->tallies);
      number = complete->number;
      family = complete->parent;
    }
    clock_.stop();
    all_ = tally;
    threads_.finish();  // the tree is gone now
  }

  const K kernel_;
  AsioThreads& threads_;
  Stopwatch& clock_;
  Tally<K> all_;
};

// ---- fan_out, hand_off, channel, yield

// Those who run until the last of them ends.
class Crowd {
 public:
  Crowd(std::uint64_t count, AsioThreads& threads, Stopwatch& clock)
      : outcomes(count, Outcome{0, 0}),
        executor(threads.executor()),
        threads_(threads),
        clock_(clock),
        running_(count) {}

  // Runs `opening` in a handler, which touches nothing of the crowd once all have been started.
  template <class Opening>
  Outcome run(const Opening& opening) {
    threads_.run([&] {
      clock_.start();
      opening();
    });
    return os::sum(outcomes);
  }
  // Runs `start(i)` for each from one handler.
  template <class Start>
  Outcome run_each(const Start& start) {
    return run([&, count = outcomes.size()] {
      for (std::uint64_t i = 0; i < count; ++i) start(i);
    });
  }

  // By one of them at its end, or by the last on behalf of `count`; it must not touch the crowd
  // from then on.
  void leave(std::uint64_t count = 1) {
    if (running_.fetch_sub(count, std::memory_order_acq_rel) > count) return;
    clock_.stop();
    threads_.finish();
  }

  std::vector<Outcome> outcomes;
  const AsioThreads::Executor executor;

 private:
  AsioThreads& threads_;
  Stopwatch& clock_;
  std::atomic<std::uint64_t> running_;
};

// Ends the clock's interval with the last hop, when all tasks have made theirs.
template <HandOff K>
struct Relay {
  void receive(std::uint64_t hop, std::uint64_t token) {
    const std::uint64_t task = hop % kernel.tasks();
    Outcome& mine = crowd.outcomes[task];
    token = kernel.pass(token, task);
    ++mine.ops;
    if (++hop == kernel.hops()) {
      mine.answer = token;
      return crowd.leave(kernel.tasks());
    }
    asio::defer(crowd.executor, [this, hop, token] { receive(hop, token); });
  }

  const K kernel;
  Crowd& crowd;
};

using Bounded = asio::experimental::concurrent_channel<AsioThreads::Executor,
                                                       void(asio::error_code, std::uint64_t)>;

// Messages on their way. Asio's close() would drop what is still in the buffer (seen with 1.22), so
// the last producer sends an end of file to each consumer.
struct Traffic {
  Bounded channel;
  std::atomic<std::uint64_t> producers;
  const std::uint64_t consumers;
  Crowd& crowd;
};

template <Channel K>
class Producer {
 public:
  Producer(K kernel, std::uint64_t number, Traffic& traffic)
      : kernel_(kernel),
        rest_(share(kernel.messages(), kernel.producers(), number)),
        traffic_(traffic) {}

  void go_on() {
    for (; rest_.first < rest_.last; ++rest_.first) {
      const std::uint64_t item = kernel_.item(rest_.first);
      if (traffic_.channel.try_send(asio::error_code{}, item)) continue;
      return traffic_.channel.async_send({}, item, [this](asio::error_code) {
        ++rest_.first;
        go_on();
      });
    }
    if (traffic_.producers.fetch_sub(1) == 1) {
      for (std::uint64_t i = 0; i < traffic_.consumers; ++i) {
        traffic_.channel.async_send(asio::error::eof, 0, [](asio::error_code) {});
      }
    }
    traffic_.crowd.leave();
  }

 private:
  const K kernel_;
  Share rest_;
  Traffic& traffic_;
};

template <Channel K>
class Consumer {
 public:
  Consumer(K kernel, std::uint64_t participant, Traffic& traffic)
      : kernel_(kernel), mine_(traffic.crowd.outcomes[participant]), traffic_(traffic) {}

  void go_on() {
    const auto take = [this](asio::error_code error, std::uint64_t item) { note(error, item); };
    while (!ended_ && traffic_.channel.try_receive(take)) {
    }
    if (ended_) return traffic_.crowd.leave();
    traffic_.channel.async_receive([this](asio::error_code error, std::uint64_t item) {
      note(error, item);
      go_on();
    });
  }

 private:
  void note(asio::error_code error, std::uint64_t item) {
    if (error) {
      ended_ = true;
    } else {
      mine_.answer += kernel_.take(item);
      ++mine_.ops;
    }
  }

  const K kernel_;
  Outcome& mine_;
  Traffic& traffic_;
  bool ended_ = false;
};

// A task yields by queueing itself behind the others.
template <Yielding K>
struct Turns {
  void begin(std::uint64_t task) {
    asio::post(crowd.executor, [this, task] { go_on(task); });
  }

  void go_on(std::uint64_t task) {
    Outcome& mine = crowd.outcomes[task];
    if (mine.ops == kernel.yields()) return crowd.leave();
    asio::defer(crowd.executor, [this, task, &mine] {
      mine.answer += kernel.tick(task);
      ++mine.ops;
      go_on(task);
    });
  }

  const K kernel;
  Crowd& crowd;
};

// ---- contend, hold, timers, recipe, phases

// A critical section is a handler on the one strand that all tasks share, which runs one at a time.
template <Contend K>
struct Sections {
  void go_on(std::uint64_t task) {
    std::uint64_t& entered = crowd.outcomes[task].ops;
    if (entered == kernel.sections()) return crowd.leave();
    kernel.ask(own[task]);
    asio::post(strand, [this, task, &entered] {
      kernel.enter(state, own[task]);
      ++entered;
      go_on(task);
    });
  }

  const K kernel;
  Crowd& crowd;
  asio::strand<AsioThreads::Executor> strand{crowd.executor};
  typename K::State state{};
  std::vector<typename K::Own> own = std::vector<typename K::Own>(crowd.outcomes.size());
};

// A task that is held is a handler that waits for the end of a channel to which nobody sends.
template <Hold K>
struct Held {
  void begin(std::uint64_t task) {
    crowd.outcomes[task] = {kernel.begin(task), 1};
    gate.async_receive([this](asio::error_code, std::uint64_t) { crowd.leave(); });
    const std::uint64_t alive = parked.fetch_add(1) + 1;
    if (alive < kernel.tasks()) return;
    clock.held(alive);
    gate.close();
  }

  const K kernel;
  Crowd& crowd;
  Stopwatch& clock;
  Bounded gate{crowd.executor, 0};
  std::atomic<std::uint64_t> parked{0};
};

// A dish is its place in the script, and the timer that it waits for.
template <Recipe K>
struct Cooking {
  struct Dish {
    AsioThreads::Timer timer;
    Script<K> script;
  };

  void go_on(std::uint64_t task) {
    auto& [timer, script] = dishes[task];
    if (script.over()) {
      crowd.outcomes[task] = script.outcome();
      return crowd.leave();
    }
    if (script.waits()) {
      timer.expires_at(AsioThreads::moment(script.due_ns()));
      return timer.async_wait([this, task](asio::error_code) { did(task); });
    }
    if (script.yields()) return asio::defer(crowd.executor, [this, task] { did(task); });
    asio::post(crowd.executor, [this, task] {
      dishes[task].script.work();
      did(task);
    });
  }

  void did(std::uint64_t task) {
    dishes[task].script.did();
    go_on(task);
  }

  const K kernel;
  Crowd& crowd;
  std::deque<Dish> dishes;
};

// The last task of a phase makes those of the next.
template <Phases K>
struct Stencil {
  void begin_phase() {
    missing = kernel.tasks();
    for (std::uint64_t task = 0, tasks = kernel.tasks(); task < tasks; ++task) {
      asio::post(crowd.executor, [this, task] {
        kernel.advance(grids.from(ended), grids.to(ended), task);
        if (missing.fetch_sub(1, std::memory_order_acq_rel) == 1) end_phase();
      });
    }
  }

  void end_phase() {
    if (++ended < kernel.phases()) return begin_phase();
    crowd.outcomes[0].ops = ended;
    crowd.leave(kernel.tasks());
  }

  const K kernel;
  Crowd& crowd;
  const os::Grids grids;
  std::uint64_t ended = 0;
  std::atomic<std::uint64_t> missing{0};
};

// ---- serve

// A connection is its socket and the handler that comes next.
template <Serve K>
struct Server {
  struct Connection {
    AsioThreads::Socket socket;
    std::vector<std::byte> message;
  };

  void receive(std::uint64_t task) {
    auto& [socket, message] = connections[task];
    asio::async_read(socket, asio::buffer(message.data(), message.size()),
                     [this, task](asio::error_code ended, std::size_t) {
                       if (ended) return crowd.leave();
                       crowd.outcomes[task].answer += kernel.reply(connections[task].message);
                       reply(task);
                     });
  }

  void reply(std::uint64_t task) {
    auto& [socket, message] = connections[task];
    asio::async_write(socket, asio::buffer(message.data(), message.size()),
                      [this, task](asio::error_code broken, std::size_t) {
                        if (broken) return crowd.leave();
                        ++crowd.outcomes[task].ops;
                        receive(task);
                      });
  }

  const K kernel;
  Crowd& crowd;
  std::deque<Connection> connections{};
};

// ---- The model

class AsioPool {
 public:
  explicit AsioPool(const Setup& setup) : cpus_(setup.cpus), threads_(setup.cpus) {}

  template <ForkJoin K>
  Outcome fork_join(K kernel, Stopwatch& clock) {
    Tree<K> tree(kernel, threads_, clock);
    threads_.run([&] { tree.evaluate(); });
    return tree.outcome();
  }

  template <FanOut K>
  Outcome fan_out(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    return crowd.run_each([&crowd, kernel](std::uint64_t i) {
      asio::post(crowd.executor, [&crowd, kernel, i, ticket = kernel.ticket(i)] {
        crowd.outcomes[i] = perform_task(kernel, ticket);
        crowd.leave();
      });
    });
  }

  template <HandOff K>
  Outcome hand_off(K kernel, Stopwatch& clock) {
    peers::take_any_place(kernel.place(), threads_.size());
    Crowd crowd(kernel.tasks(), threads_, clock);
    Relay<K> relay{kernel, crowd};
    return crowd.run([&] { relay.receive(0, 0); });
  }

  template <Channel K>
  Outcome channel(K kernel, Stopwatch& clock) {
    const std::uint64_t producers = kernel.producers(), consumers = kernel.consumers();
    Crowd crowd(producers + consumers, threads_, clock);
    Traffic traffic{Bounded(crowd.executor, kernel.capacity()), producers, consumers, crowd};
    std::deque<Producer<K>> senders;
    for (std::uint64_t i = 0; i < producers; ++i) senders.emplace_back(kernel, i, traffic);
    std::deque<Consumer<K>> receivers;
    for (std::uint64_t i = 0; i < consumers; ++i) {
      receivers.emplace_back(kernel, producers + i, traffic);
    }
    return crowd.run_each([&](std::uint64_t i) {
      asio::post(crowd.executor,
                 [&, i] { i < producers ? senders[i].go_on() : receivers[i - producers].go_on(); });
    });
  }

  template <Yielding K>
  Outcome yield(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    Turns<K> turns{kernel, crowd};
    return crowd.run_each([&](std::uint64_t task) { turns.begin(task); });
  }

  template <Contend K>
  Outcome contend(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    Sections<K> sections{kernel, crowd};
    const Outcome all = crowd.run_each([&](std::uint64_t task) {
      asio::post(crowd.executor, [&sections, task] { sections.go_on(task); });
    });
    return {kernel.answer(sections.state), all.ops};
  }

  template <Hold K>
  Outcome hold(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    Held<K> held{kernel, crowd, clock};
    return crowd.run_each([&](std::uint64_t task) {
      asio::post(crowd.executor, [&held, task] { held.begin(task); });
    });
  }

  template <Timers K>
  Outcome timers(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    std::deque<AsioThreads::Timer> timers;
    for (std::uint64_t i = 0; i < kernel.tasks(); ++i) timers.emplace_back(crowd.executor);
    return crowd.run_each([&](std::uint64_t task) {
      const std::int64_t deadline = clock.started_at() + kernel.delay_ns(task);
      timers[task].expires_at(AsioThreads::moment(deadline));
      timers[task].async_wait([&crowd, kernel, task, deadline](asio::error_code) {
        crowd.outcomes[task] = {kernel.woke(task, Stopwatch::now() - deadline), 1};
        crowd.leave();
      });
    });
  }

  template <Recipe K>
  Outcome recipe(K kernel, Stopwatch& clock) {
    Crowd crowd(kernel.tasks(), threads_, clock);
    Cooking<K> cooking{kernel, crowd, {}};
    for (std::uint64_t i = 0; i < kernel.tasks(); ++i) {
      cooking.dishes.push_back(
          {AsioThreads::Timer(crowd.executor), Script<K>(cooking.kernel, i, 0)});
    }
    return crowd.run_each([&](std::uint64_t task) {
      cooking.dishes[task].script = Script<K>(cooking.kernel, task, clock.started_at());
      cooking.go_on(task);
    });
  }

  template <Phases K>
  Outcome phases(K kernel, Stopwatch& clock) {
    std::vector<std::uint64_t> first(kernel.cells()), second(kernel.cells());
    const os::Grids grids{first, second};
    kernel.fill(grids.first);
    Crowd crowd(kernel.tasks(), threads_, clock);
    Stencil<K> stencil{kernel, crowd, grids};
    const Outcome all = crowd.run([&] { stencil.begin_phase(); });
    return {kernel.checksum(grids.from(stencil.ended)), all.ops};
  }

  template <Serve K>
  Outcome serve(K kernel, Stopwatch& clock) {
    const Load load = kernel.load();
    os::Clients clients(load, cpus_, os::Sockets::non_blocking);
    Crowd crowd(load.connections, threads_, clock);
    Server<K> server{kernel, crowd};
    for (std::uint64_t i = 0; i < load.connections; ++i) {
      server.connections.push_back(
          {AsioThreads::Socket(crowd.executor, asio::ip::tcp::v4(), clients.take(i)),
           std::vector<std::byte>(load.message_bytes)});
    }
    const Outcome all = crowd.run_each([&](std::uint64_t task) {
      if (task == 0) clients.go();
      server.receive(task);
    });
    server.connections.clear();
    clients.finish(kernel.probe);
    return all;
  }

  template <Loop K>
  Outcome loop(K kernel, Stopwatch& clock) {
    return fan_out(Chunks(kernel, chunks_a_worker * threads_.size()), clock);
  }

  // A task is a handler, which posts those that it was the last to hold up.
  template <Graph K>
  Outcome graph(K kernel, Stopwatch& clock) {
    CountedGraph<K> graph(kernel);
    const std::function<void(GraphTask)> begin = [&](GraphTask task) {
      asio::post(threads_.executor(), [&, task] {
        if (!graph.perform(task, begin)) return;
        clock.stop();
        threads_.finish();
      });
    };
    threads_.run([&] {
      clock.start();
      graph.begin(begin);
    });
    return graph.outcome();
  }

  std::vector<WorkerReport> workers() const { return threads_.reports(); }
  Notes notes() const { return peers::AsioThreads::notes(); }

  static std::string no_verb(Shape) { return ""; }
  static std::string refusal(const Ask& ask) {
    return ask.demand.stack_bytes > 0 ? "a handler that waits has no stack" : "";
  }
  static constexpr bool pins = true;

 private:
  const std::vector<int> cpus_;
  AsioThreads threads_;
};

}  // namespace

extern const Model asio_pool_model;
const Model asio_pool_model =
    describe<AsioPool>("asio-pool", "handlers on Asio's thread_pool; waiting is a continuation");

}  // namespace concbench
