// fork_join of coroutines: a parent suspends, and its child begins as a call on the same stack.
//
// While the child runs, its parent lies in the deque, where thieves find it. A child that ends
// before anybody came returns from that call, and its parent goes on as if it had not suspended:
// what most tasks of a tree cost is the frame, and the stores that make it. A parent that was taken
// goes on elsewhere; the call below it then returns to the worker's loop, without touching a frame
// that may be gone, and whoever comes last to the join resumes the parent.
//
// Three facts follow each child: the worker says whether it returned; the parent notes that it saw
// it return, for when it is resumed from elsewhere it has to expect the child at its join; and the
// child notes when it has left its call, for then nobody waits above it on the stack.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>

#include "models/runtime/coroutine.hpp"
#include "models/runtime/in_order.hpp"

namespace concbench::coroutines {

using namespace runtime;

// What the children of a node share; lies in its frame.
template <class K>
struct Siblings {
  explicit Siblings(const K& kernel) : kernel(kernel) {}

  const K& kernel;
  Runnable parent;
  Join join;
};

// A child of a node, which lies in the node's frame until all are joined. To await it is to run it.
template <class K>
class Child {
 public:
  using Node = typename K::Node;
  using Result = typename K::Result;
  static_assert(std::is_trivially_copyable_v<Result>, "results are plain data");

  // `queues`: whether thieves may go on with the parent while the child runs.
  Child(Siblings<K>& siblings, Node node, bool queues)
      : siblings(siblings), node(node), queues(queues) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // A leaf that nobody could run beside its parent is the end of its parent, as in pool and fibers.
  bool await_ready();
  [[gnu::always_inline]] inline bool await_suspend(std::coroutine_handle<> parent);
  void await_resume() const {
    if (!returned) [[unlikely]]
      siblings.join.expect();
  }

  // By the child, once its frame is there.
  [[gnu::always_inline]] void begin() {
    if (queues) here().push(siblings.parent);
  }
  // By the child, if it has left its call and its frame is gone. What to go on with.
  std::coroutine_handle<> end();

  bool is_leaf() const { return siblings.kernel.children(node).empty(); }

  Siblings<K>& siblings;
  const Node node;
  bool queues;            // whether the parent lay in the deque
  bool left = false;      // whether the child has left the call in which it began
  bool returned = false;  // whether its parent saw it return from there
  Result result;
};

// The coroutine that runs a child.
template <class K>
class Tree {
 public:
  class promise_type : public FrameFromWorker {
   public:
    [[gnu::always_inline]] explicit promise_type(Child<K>& child) : child_(child) { child.begin(); }
    Tree get_return_object() const { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    void return_value(const typename K::Result& result) { child_.result = result; }
    void unhandled_exception() { child_.siblings.join.failure.keep(std::current_exception()); }
    auto final_suspend() const noexcept { return End(child_); }

    Child<K>& child() const { return child_; }

   private:
    Child<K>& child_;
  };

 private:
  class End {
   public:
    explicit End(Child<K>& child) : child_(child) {}
    [[gnu::always_inline]] bool await_ready() const noexcept {
      if (child_.left) return false;
      here().returned = &child_;
      return true;
    }
    [[gnu::noinline]] std::coroutine_handle<> await_suspend(
        std::coroutine_handle<promise_type> self) const noexcept {
      Child<K>& child = child_;
      self.destroy();
      return child.end();
    }
    void await_resume() const noexcept {}

   private:
    Child<K>& child_;
  };
};

// Lets a node that stands too deep go on from the worker's loop, to which all calls below return.
class Room {
 public:
  [[gnu::always_inline]] bool await_ready() const {
    const char local = 0;
    return here().may_nest(&local);
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    Worker& worker = here();
    self.promise().child().left = true;
    worker.returned = nullptr;
    worker.wake(runnable(self));
  }
  void await_resume() const {}
};

template <class K>
Tree<K> grow_leaf(Child<K>& self) {
  ++here().tally.ops;
  co_return self.siblings.kernel.leaf(self.node);
}

// Binary trees are common: their children need no memory of their own.
template <class K>
Tree<K> grow_pair(Child<K>& self) {
  ++here().tally.ops;
  co_await Room();
  Siblings<K> children(self.siblings.kernel);
  const K& kernel = children.kernel;
  Child<K> elder(children, kernel.left(self.node), true);
  Child<K> younger(children, kernel.right(self.node), false);
  try {
    co_await elder;
    co_await younger;
  } catch (...) {
    children.join.failure.keep(std::current_exception());
  }
  if (children.join.expects()) {  // whatever happened, children still use this frame
    co_await AwaitAll(children.join);
    self.left = true;
  }
  children.join.failure.rethrow();
  co_return kernel.fold(elder.result, younger.result);
}

// The last child goes on in its parent's coroutine, which is at its end.
template <class K>
Tree<K> grow_many(Child<K>& self) {
  ++here().tally.ops;
  co_await Room();
  Siblings<K> siblings(self.siblings.kernel);
  const K& kernel = siblings.kernel;
  InOrder<K, Child<K>> results(kernel);
  try {
    typename K::Node node = self.node;
    Offspring<K> rest = kernel.children(node);
    for (;;) {
      node = rest.next();
      if (rest.empty()) {
        ++here().tally.ops;
        rest = kernel.children(node);
        if (!rest.empty()) continue;
        results.add(kernel.leaf(node));
        break;
      }
      Child<K>& child = results.slot(siblings, node, true);
      co_await child;
      child.returned ? results.add(child.result) : results.await();
    }
  } catch (...) {
    siblings.join.failure.keep(std::current_exception());
  }
  if (siblings.join.expects()) {
    co_await AwaitAll(siblings.join);
    self.left = true;
  }
  siblings.join.failure.rethrow();
  co_return results.total();
}

template <class K>
bool Child<K>::await_ready() {
  if (queues || !is_leaf()) return false;
  ++here().tally.ops;
  result = siblings.kernel.leaf(node);
  returned = true;
  return true;
}

template <class K>
inline bool Child<K>::await_suspend(std::coroutine_handle<> parent) {
  const Runnable waiting = runnable(parent);
  if (!siblings.parent) siblings.parent = waiting;  // once: later, elder children may be reading it
  Worker& worker = here();
  Join& join = siblings.join;
  if (queues && worker.is_full()) [[unlikely]]
    queues = false;
  const bool queued = queues;
  if (is_leaf()) {
    grow_leaf(*this);
  } else if constexpr (Binary<K>) {
    grow_pair(*this);
  } else {
    grow_many(*this);
  }
  if (worker.returned != this) [[unlikely]]
    return true;  // the parent, and this, may be gone

  // Whether the parent was taken.
  if (queued && worker.pop() != waiting) [[unlikely]] {
    worker.returned = nullptr;
    if (join.arrive()) worker.wake(waiting);
    return true;
  }
  returned = true;
  return false;
}

template <class K>
std::coroutine_handle<> Child<K>::end() {
  const Runnable parent = siblings.parent;
  Worker& worker = here();
  const Runnable newest = queues ? worker.pop() : parent;
  const bool waits = newest == parent;  // for this child, and for nobody else
  if (!waits && newest) worker.push(newest);
  const bool last = siblings.join.arrive();
  return waits || last ? handle_of(parent) : go_on(worker);
}

}  // namespace concbench::coroutines
