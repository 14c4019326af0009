// The shapes: patterns of concurrency, and the only thing a workload may ask of a model.
//
// A workload is a kernel: plain data and pure functions that never wait, spawn or lock. Its shape
// says how a model runs it; a model implements a shape once, as a verb, in its own idiom, and so
// runs every workload of that shape. The concepts below are the whole contract between the two.
//
// The timed interval is the same for every model:
//   fork_join, fan_out,
//   loop, graph          from before the first task is made to after the last join;
//   hand_off, channel, yield, contend, timers, recipe, phases, serve
//                        the participants are made, parked at a gate and counted first; then from
//                        the opening of the gate to the last participant's end;
//   hold                 from before the first task is made until all are alive, and from their
//                        release to the last one's end, without what lies between.
// Workers are started and placed before any clock.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace concbench {

struct Probe;

enum class Shape {
  fork_join,
  fan_out,
  hand_off,
  channel,
  yield,
  contend,
  hold,
  timers,
  recipe,
  phases,
  serve,
  loop,
  graph
};

constexpr std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::fork_join: return "fork_join";
    case Shape::fan_out: return "fan_out";
    case Shape::hand_off: return "hand_off";
    case Shape::channel: return "channel";
    case Shape::yield: return "yield";
    case Shape::contend: return "contend";
    case Shape::hold: return "hold";
    case Shape::timers: return "timers";
    case Shape::recipe: return "recipe";
    case Shape::phases: return "phases";
    case Shape::serve: return "serve";
    case Shape::loop: return "loop";
    case Shape::graph: return "graph";
  }
  return "";
}

// What one operation of the shape is called. Verbs count the operations they perform.
constexpr std::string_view op_of(Shape shape) {
  switch (shape) {
    case Shape::fork_join:
    case Shape::fan_out:
    case Shape::graph:
    case Shape::hold: return "task";
    case Shape::hand_off: return "hop";
    case Shape::channel: return "message";
    case Shape::yield: return "yield";
    case Shape::contend: return "section";
    case Shape::timers: return "wake";
    case Shape::recipe: return "step";
    case Shape::phases: return "barrier";
    case Shape::serve: return "request";
    case Shape::loop: return "iteration";
  }
  return "";
}

// When a probe (workloads/probe.hpp) is at hand: never; in a run apart from those that are timed,
// because noting would disturb them; or always.
enum class Observation { none, apart, always };
constexpr Observation observation_of(Shape shape) {
  switch (shape) {
    case Shape::fork_join:
    case Shape::yield:
    case Shape::phases:
    case Shape::loop:
    case Shape::graph: return Observation::none;
    case Shape::fan_out:
    case Shape::hand_off:
    case Shape::channel:
    case Shape::contend: return Observation::apart;
    case Shape::hold:
    case Shape::timers:
    case Shape::recipe:
    case Shape::serve: return Observation::always;
  }
  return Observation::none;
}

struct About {
  std::string_view name;
  Shape shape;
  std::string_view summary;
};

// What a run asks of a machine: how many operations, and how many tasks may exist at once in a
// model whose tasks live until they are joined.
struct Demand {
  std::uint64_t ops;
  std::uint64_t alive;
  std::uint64_t stack_bytes = 0;  // that each task uses of its stack on purpose
  std::uint64_t capacity = 0;     // messages that a channel must hold
};

// Every kernel: a description, and the answer that a run must give. A kernel may also have
// `prepare()`, which is called before each run and before any clock, and a member `Probe* probe`,
// which is null unless the run is observed.
template <class K>
concept Kernel = std::copyable<K> && requires(const K k) {
  { K::about } -> std::convertible_to<About>;
  { k.expected() } -> std::same_as<std::uint64_t>;
  { k.demand() } -> std::same_as<Demand>;
};

// A kernel whose tasks work on memory in common says how many `words` of which type that is, and is
// given them before the clock of each run, filled with 0. Everywhere else a kernel's functions
// depend on their arguments alone; here a task may also write what no other task touches before it
// is joined. A model whose tasks share no memory must give such as they do.
template <class K>
concept SharesMemory = Kernel<K> && requires(K k, std::span<typename K::Word> memory) {
  { k.words() } -> std::same_as<std::size_t>;
  k.prepare(memory);
};

// The children of a node that have not been taken yet, in order. Taking the next costs what a step
// of a loop does; none has more than `most`. Whoever copies it may go through them again.
template <class C, class Node>
concept ChildrenOf = std::copyable<C> && requires(C children, const C rest) {
  { C::most } -> std::convertible_to<unsigned>;
  { rest.empty() } -> std::same_as<bool>;
  { rest.count() } -> std::same_as<unsigned>;
  { children.next() } -> std::same_as<Node>;
};

// A tree of tasks. A node with no children is a leaf; any other node's result is the fold of its
// children's results, each child being a task of its own that its parent awaits. The fold is
// associative: neighbours may be folded first wherever they stand. Op: task.
template <class K>
concept ForkJoin = Kernel<K> && K::about.shape ==
                   Shape::fork_join&& requires(const K k, const typename K::Node node,
                                               typename K::Result result) {
  { k.root() } -> std::same_as<typename K::Node>;
  { k.children(node) } -> ChildrenOf<typename K::Node>;
  { k.leaf(node) } -> std::same_as<typename K::Result>;
  { k.fold(result, result) } -> std::same_as<typename K::Result>;
  { k.answer(result) } -> std::same_as<std::uint64_t>;
};

template <class K>
using Offspring =
    decltype(std::declval<const K&>().children(std::declval<const typename K::Node&>()));

// A tree whose nodes have two children or none: a model may spare such the loop.
template <class K>
concept Binary = ForkJoin<K> && requires(const typename K::Node node) {
  { K::left(node) } -> std::same_as<typename K::Node>;
  { K::right(node) } -> std::same_as<typename K::Node>;
};

// `tasks()` independent tasks, then a join of all. Whoever makes task i gives it `ticket(i)`, and
// the task does `body(ticket)`. The answer is the sum of what the bodies return. Op: task.
template <class K>
concept FanOut = Kernel<K> && K::about.shape ==
                 Shape::fan_out&& requires(const K k, std::uint64_t i, typename K::Ticket ticket) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.ticket(i) } -> std::same_as<typename K::Ticket>;
  { k.body(ticket) } -> std::same_as<std::uint64_t>;
};

// Where the participants of a hand-off live: wherever the scheduler likes, all on one worker, or
// neighbours on different workers.
enum class Place : std::int64_t { any, same, cross };

// `tasks()` tasks in a ring pass one token: hop h is made by task h mod tasks, which waits for the
// token, replaces it by `pass(token, task)` and hands it on. The token starts as 0 and is the
// answer after `hops()` hops. Op: hop.
template <class K>
concept HandOff = Kernel<K> && K::about.shape ==
                  Shape::hand_off&& requires(const K k, std::uint64_t token, std::uint64_t task) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.hops() } -> std::same_as<std::uint64_t>;
  { k.place() } -> std::same_as<Place>;
  { k.pass(token, task) } -> std::same_as<std::uint64_t>;
};

// Producer p of P sends `item(i)` for its share of the messages (see `share`) into one bounded
// channel; consumers receive until it is closed and empty. A channel of capacity 0 holds nothing: a
// send returns once a receiver has taken the value. The answer is the sum of `take(item)` of what
// was received. Op: message.
template <class K>
concept Channel = Kernel<K> &&
                  K::about.shape == Shape::channel&& requires(const K k, std::uint64_t i) {
  { k.producers() } -> std::same_as<std::uint64_t>;
  { k.consumers() } -> std::same_as<std::uint64_t>;
  { k.capacity() } -> std::same_as<std::uint64_t>;
  { k.messages() } -> std::same_as<std::uint64_t>;
  { k.item(i) } -> std::same_as<std::uint64_t>;
  { k.take(i) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks each yield `yields()` times, adding `tick(task)` after each. The answer is the
// sum over all tasks. Op: yield.
template <class K>
concept Yielding = Kernel<K> &&
                   K::about.shape == Shape::yield&& requires(const K k, std::uint64_t task) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.yields() } -> std::same_as<std::uint64_t>;
  { k.tick(task) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks each go `sections()` times through the one critical section that a lock guards:
// `ask(own)` before the lock is taken, `enter(state, own)` while it is held. `state` is what the
// lock protects, one for all, and `own` a task's alone; both start as their types do, and are plain
// data. The answer is `answer(state)` once all have ended. Op: section.
template <class K>
concept Contend = Kernel<K> &&
                  K::about.shape == Shape::contend&& requires(const K k, typename K::State state,
                                                              typename K::Own own) {
  requires std::is_trivially_copyable_v<typename K::State>;
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.sections() } -> std::same_as<std::uint64_t>;
  k.ask(own);
  k.enter(state, own);
  { k.answer(state) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks that are all alive at once: each does `begin(i)`, which may use its stack, counts
// itself and parks. Once all are parked the verb tells the clock how many they are
// (Stopwatch::held), releases them, and joins them. The answer is the sum of what `begin` returned.
// Op: task.
template <class K>
concept Hold = Kernel<K> && K::about.shape == Shape::hold&& requires(const K k, std::uint64_t i) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.begin(i) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks sleep, each until `delay_ns(i)` after the gate was opened, in the model's own
// way, and then do `woke(i, late_ns)`. The answer is the sum of what that returns. Op: wake.
template <class K>
concept Timers = Kernel<K> && K::about.shape ==
                 Shape::timers&& requires(const K k, std::uint64_t i, std::int64_t late_ns) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.delay_ns(i) } -> std::same_as<std::int64_t>;
  { k.woke(i, late_ns) } -> std::same_as<std::uint64_t>;
};

// A step of a recipe: a wait that the model's timers see to, so that others can run, of that length
// or until so long after the gate's opening; a yield, which takes no time of its own; or a plain
// call that computes, or that blocks in a system call.
struct RecipeStep {
  enum class Kind { wait, until, yield, compute, block } kind;
  std::int64_t ns;
};

// `tasks()` tasks, each a script of `steps(task)` steps, one after another: `step(task, s)` is a
// wait, by whatever timer the model has, a yield, as in the shape of that name, or is done by
// `work(step)`. After each the task calls `did(task, s, since_ns, now_ns)`, where `since_ns` is
// when its step before ended, or the gate was opened; for a wait `until`, always the latter.
// `now_ns` is now, by Stopwatch::now. A wait ends so many nanoseconds after `since_ns`; where that
// has passed, it still goes through the timer. The answer is the sum of what `did` returns. Op:
// step.
template <class K>
concept Recipe = Kernel<K> && K::about.shape ==
                 Shape::recipe&& requires(const K k, std::uint64_t task, std::uint64_t s,
                                          RecipeStep step, std::int64_t ns) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.steps(task) } -> std::same_as<std::uint64_t>;
  { k.step(task, s) } -> std::same_as<RecipeStep>;
  k.work(step);
  { k.did(task, s, ns, ns) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks go through `phases()` phases together. Two grids of `cells()` numbers change
// places after each: in a phase each task does `advance(from, to, task)`, which writes its part of
// one grid from the other; then all meet at a barrier. The first grid is made by `fill` before the
// clock. The answer is `checksum` of the grid written last. Op: barrier, a phase that all have
// ended.
template <class K>
concept Phases = Kernel<K> &&
                 K::about.shape == Shape::phases&& requires(const K k, std::uint64_t task,
                                                            std::span<const std::uint64_t> from,
                                                            std::span<std::uint64_t> to) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.phases() } -> std::same_as<std::uint64_t>;
  { k.cells() } -> std::same_as<std::uint64_t>;
  k.fill(to);
  k.advance(from, to, task);
  { k.checksum(from) } -> std::same_as<std::uint64_t>;
};

// What clients ask of a server: requests of one size, of which number r, from 0, goes to connection
// r mod connections. With a rate they are sent when they are due, evenly spaced, whatever has
// become of those before (open loop); without, each connection sends its next after the reply to
// its last (closed loop).
struct Load {
  std::uint64_t connections, requests;
  std::uint64_t rate;  // requests a second, or 0
  std::size_t message_bytes;
};

// A task for each connection of a load that another process makes. It receives requests, turns each
// into its reply by `reply(message)`, in place, sends that back, and ends when the client closes
// the connection. What the clients noticed is noted at `probe`, unless that is null. The answer is
// the sum of what `reply` returns. Op: request, once its reply is sent.
template <class K>
concept Serve = Kernel<K> &&
                K::about.shape == Shape::serve&& requires(const K k, std::span<std::byte> message) {
  { k.load() } -> std::same_as<Load>;
  { k.reply(message) } -> std::same_as<std::uint64_t>;
  { k.probe } -> std::convertible_to<Probe*>;
};

// A loop over [0, iterations()) whose iterations know nothing of each other, and a reduction: the
// sum of `body(i)` over all of them, a number that is exact in whatever order and by whatever parts
// it is added up, so that the `answer` of a sum is the sum of its parts' answers. No part that a
// model gives away is smaller than `grain()` iterations, but for the last; 0 leaves that to the
// model. Op: iteration.
template <class K>
concept Loop = Kernel<K> && K::about.shape ==
               Shape::loop&& requires(const K k, std::uint64_t i, typename K::Result sum) {
  requires std::is_arithmetic_v<typename K::Result>;
  { k.iterations() } -> std::same_as<std::uint64_t>;
  { k.grain() } -> std::same_as<std::uint64_t>;
  { k.body(i) } -> std::same_as<typename K::Result>;
  { k.answer(sum) } -> std::same_as<std::uint64_t>;
};

// A task of a graph, by its number.
using GraphTask = std::uint32_t;

// `tasks()` tasks, each of which may begin once all its predecessors have ended, and does
// `perform(task)`: it reads what its predecessors, and theirs, have left in the memory in common,
// and writes what no task touches that could run at the same time. A predecessor has the smaller
// number, so that the order of the numbers is one in which one worker may run them. No chain of
// tasks is longer than `critical_path()`. Once all have ended, `answer()` reads the answer from
// memory. Op: task.
template <class K>
concept Graph = SharesMemory<K> &&
                K::about.shape == Shape::graph&& requires(const K k, GraphTask task) {
  { k.tasks() } -> std::same_as<GraphTask>;
  { k.predecessors(task) } -> std::same_as<std::span<const GraphTask>>;
  { k.successors(task) } -> std::same_as<std::span<const GraphTask>>;
  { k.critical_path() } -> std::same_as<std::uint64_t>;
  k.perform(task);
  { k.answer() } -> std::same_as<std::uint64_t>;
};

// The part of `total` things that falls to the `index`-th of `parts`: [first, last).
struct Share {
  std::uint64_t first, last;
};
constexpr Share share(std::uint64_t total, std::uint64_t parts, std::uint64_t index) {
  const std::uint64_t each = total / parts, rest = total % parts;
  const std::uint64_t first = index * each + (index < rest ? index : rest);
  return {first, first + each + (index < rest ? 1 : 0)};
}

// The parts of a loop that has a grain: as many as may be alive at once. Without, it has as few as
// a model likes.
template <class K>
constexpr std::uint64_t parts_of(const K& loop) {
  return loop.grain() == 0 ? 1 : (loop.iterations() + loop.grain() - 1) / loop.grain();
}

// The hops that fall to one task of a ring.
constexpr std::uint64_t hops_of(std::uint64_t hops, std::uint64_t tasks, std::uint64_t task) {
  return hops / tasks + (task < hops % tasks ? 1 : 0);
}

}  // namespace concbench
