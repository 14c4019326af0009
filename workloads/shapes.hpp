// The shapes: patterns of concurrency, and the only thing a workload may ask of a model.
//
// A workload is a kernel: plain data and pure functions that never wait, spawn or lock. Its shape
// says how a model runs it; a model implements a shape once, as a verb, in its own idiom, and so
// runs every workload of that shape. The concepts below are the whole contract between the two.
//
// The timed interval is the same for every model:
//   fork_join, fan_out         from before the first task is made to after the last join;
//   hand_off, channel, yield   the participants are made, parked at a gate and counted first; then
//                              from the opening of the gate to the last participant's end.
// Workers are started and placed before any clock.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

namespace concbench {

enum class Shape { fork_join, fan_out, hand_off, channel, yield };

constexpr std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::fork_join: return "fork_join";
    case Shape::fan_out: return "fan_out";
    case Shape::hand_off: return "hand_off";
    case Shape::channel: return "channel";
    case Shape::yield: return "yield";
  }
  return "";
}

// What one operation of the shape is called. Verbs count the operations they perform.
constexpr std::string_view op_of(Shape shape) {
  switch (shape) {
    case Shape::fork_join:
    case Shape::fan_out: return "task";
    case Shape::hand_off: return "hop";
    case Shape::channel: return "message";
    case Shape::yield: return "switch";
  }
  return "";
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
};

// Every kernel: a description, and the answer that a run must give.
template <class K>
concept Kernel = std::copyable<K> && requires(const K k) {
  { K::about } -> std::convertible_to<About>;
  { k.expected() } -> std::same_as<std::uint64_t>;
  { k.demand() } -> std::same_as<Demand>;
};

// A tree of tasks. A node with no children is a leaf; any other node's result is the fold of its
// children's results, each child being a task of its own that its parent awaits. Op: task.
template <class K>
concept ForkJoin = Kernel<K> && K::about.shape ==
                   Shape::fork_join&& requires(const K k, const typename K::Node node, unsigned i,
                                               typename K::Result result) {
  { k.root() } -> std::same_as<typename K::Node>;
  { k.children(node) } -> std::same_as<unsigned>;
  { k.child(node, i) } -> std::same_as<typename K::Node>;
  { k.leaf(node) } -> std::same_as<typename K::Result>;
  { k.fold(result, result) } -> std::same_as<typename K::Result>;
  { k.answer(result) } -> std::same_as<std::uint64_t>;
};

// `tasks()` independent tasks, then a join of all. The answer is the sum of `body(i)`. Op: task.
template <class K>
concept FanOut = Kernel<K> &&
                 K::about.shape == Shape::fan_out&& requires(const K k, std::uint64_t i) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.body(i) } -> std::same_as<std::uint64_t>;
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
// channel; consumers receive until it is closed and empty. The answer is the sum of what was
// received. Op: message.
template <class K>
concept Channel = Kernel<K> &&
                  K::about.shape == Shape::channel&& requires(const K k, std::uint64_t i) {
  { k.producers() } -> std::same_as<std::uint64_t>;
  { k.consumers() } -> std::same_as<std::uint64_t>;
  { k.capacity() } -> std::same_as<std::uint64_t>;
  { k.messages() } -> std::same_as<std::uint64_t>;
  { k.item(i) } -> std::same_as<std::uint64_t>;
};

// `tasks()` tasks each yield `yields()` times, adding `tick(task)` after each. The answer is the
// sum over all tasks. Op: switch.
template <class K>
concept Yielding = Kernel<K> &&
                   K::about.shape == Shape::yield&& requires(const K k, std::uint64_t task) {
  { k.tasks() } -> std::same_as<std::uint64_t>;
  { k.yields() } -> std::same_as<std::uint64_t>;
  { k.tick(task) } -> std::same_as<std::uint64_t>;
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

// The hops that fall to one task of a ring.
constexpr std::uint64_t hops_of(std::uint64_t hops, std::uint64_t tasks, std::uint64_t task) {
  return hops / tasks + (task < hops % tasks ? 1 : 0);
}

}  // namespace concbench
