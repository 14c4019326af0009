// fork_join on the pool: nested calls that offer their children to thieves.
//
// A child lies on its parent's stack, and the last thing a fork writes is a pointer to it. What a
// fork costs is mostly its stores, of which the core retires one a cycle: so all that the calls of
// a worker have in common stands in one object, the walk, and the number of tasks comes back with
// the result, in a register, for a counter in memory would make every task wait for the one before.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>

#include "models/model.hpp"
#include "models/runtime/scheduler.hpp"
#include "models/runtime/theft.hpp"

namespace concbench::pool {

using namespace runtime;

// Where in the worker's deque the next child goes.
using Head = Deque::Position;

// What a subtree came to, and how many tasks that took on this worker.
template <class K>
struct Grown {
  typename K::Result result;
  std::uint64_t tasks;
};

// The nested calls of one worker, from the root of the tree or from a child that was stolen.
template <class K>
class Walk {
 public:
  Walk(Worker& worker, const K& kernel) : worker(worker), kernel(kernel), base_(worker.head()) {}
  ~Walk() { worker.set_head(base_); }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  typename K::Result run(typename K::Node node);

  Worker& worker;
  const K kernel;

 private:
  const Head base_;
};

template <class K>
Grown<K> grow_pair(Walk<K>& walk, Head head, typename K::Node node);
template <class K>
Grown<K> grow_only(Walk<K>& walk, Head head, typename K::Node node);
template <class K>
Grown<K> grow_children(Walk<K>& walk, Head head, typename K::Node node, unsigned last);

// Runs the task of a node. Leaves, which are most of a tree, are spared a call, and binary nodes,
// which are common, a loop.
template <class K>
[[gnu::always_inline]] inline Grown<K> evaluate(Walk<K>& walk, Head head, typename K::Node node) {
  const unsigned children = walk.kernel.children(node);
  if (children == 0) return {walk.kernel.leaf(node), 1};
  Grown<K> all = children == 2   ? grow_pair(walk, head, node)
                 : children == 1 ? grow_only(walk, head, node)
                                 : grow_children(walk, head, node, children - 1);
  ++all.tasks;
  return all;
}

template <class K>
typename K::Result Walk<K>::run(typename K::Node node) {
  const Grown<K> all = evaluate(*this, base_, node);
  worker.tally.ops += all.tasks;
  return all.result;
}

// A child that may be stolen. Its parent does not return before it is done.
template <class K>
class Child : public Closure {
 public:
  using Result = typename K::Result;

  Child(Walk<K>& walk, typename K::Node node) : Closure{run_stolen}, node_(node), theft_(&walk) {
    static_assert(std::is_trivially_copyable_v<Result>, "results are plain data");
  }
  ~Child() {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  const typename K::Node& node() const { return node_; }

  // Helps until the thief is done.
  void await() {
    theft_.await();
    walk()->worker.help(
        {[](const void* theft) { return static_cast<const Theft*>(theft)->ended(); }, &theft_});
  }
  Result result() {
    if (!theft_.has_failed()) return result_;
    const std::exception_ptr failure = std::move(failure_);
    std::destroy_at(&failure_);
    std::rethrow_exception(failure);
  }

 private:
  Walk<K>* walk() const { return static_cast<Walk<K>*>(theft_.owner()); }

  static void run_stolen(Worker& thief, Closure* closure) {
    auto& child = *static_cast<Child*>(closure);
    Walk<K>& walk = *child.walk();
    bool failed = false;
    try {
      child.result_ = Walk<K>(thief, walk.kernel).run(child.node_);
    } catch (...) {
      std::construct_at(&child.failure_, std::current_exception());
      failed = true;
    }
    Worker& owner = walk.worker;  // the child and the walk may be gone as soon as it has ended
    if (child.theft_.end(failed)) owner.scheduler().unpark(owner);
  }

  const typename K::Node node_;
  Theft theft_;
  union {  // only a stolen child has either
    Result result_;
    std::exception_ptr failure_;
  };
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_depth() {
  throw Exhausted("the tree is too deep for a worker's stack: closures nest");
}

// Offers the `count` children from the `first` on to thieves while `elder` computes the result of
// their elder siblings; then joins them in order. The youngest is pushed first, so that thieves,
// who take the oldest in the deque, begin at the far end.
template <unsigned most, class K, class Elder>
[[gnu::always_inline]] inline Grown<K> beside(Walk<K>& walk, Head head, typename K::Node node,
                                              unsigned first, unsigned count, Elder elder) {
  static_assert(most <= Deque::slack);
  union Children {
    Children() {}
    ~Children() {}
    Child<K> child[most];
  } children;
  Worker& worker = walk.worker;
  if (!worker.has_room(&children)) [[unlikely]]
    refuse_depth();
  for (unsigned i = count; i-- > 0;) {
    auto* child = new (&children.child[i]) Child<K>(walk, walk.kernel.child(node, first + i));
    head = Deque::push_at(head, {Kind::closure, child});
  }
  if (!worker.accept(head)) [[unlikely]]
    refuse_depth();
  unsigned joined = 0;
  try {
    Grown<K> all = elder(head);
    while (joined < count) {
      Child<K>& child = children.child[joined++];
      if (worker.take_back(--head)) [[likely]] {
        const Grown<K> one = evaluate(walk, head, child.node());
        all.result = walk.kernel.fold(all.result, one.result);
        all.tasks += one.tasks;
      } else {
        child.await();
        all.result = walk.kernel.fold(all.result, child.result());
      }
    }
    return all;
  } catch (...) {
    for (; joined < count; ++joined) {  // they lie in this frame
      if (!worker.take_back(--head)) children.child[joined].await();
    }
    throw;
  }
}

template <class K>
Grown<K> grow_pair(Walk<K>& walk, Head head, typename K::Node node) {
  return beside<1>(walk, head, node, 1, 1,
                   [&](Head above) { return evaluate(walk, above, walk.kernel.child(node, 0)); });
}

template <class K>
Grown<K> grow_only(Walk<K>& walk, Head head, typename K::Node node) {
  if (!walk.worker.has_room(&node)) [[unlikely]]
    refuse_depth();
  return evaluate(walk, head, walk.kernel.child(node, 0));
}

// The children 0 to `last`, some in each call.
template <class K>
Grown<K> grow_children(Walk<K>& walk, Head head, typename K::Node node, unsigned last) {
  constexpr unsigned most = Deque::slack;
  const unsigned here = last < most ? last : most, below = last - here;
  return beside<most>(walk, head, node, below + 1, here, [&](Head above) {
    return below == 0 ? evaluate(walk, above, walk.kernel.child(node, 0))
                      : grow_children(walk, above, node, below);
  });
}

}  // namespace concbench::pool
