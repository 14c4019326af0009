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

// The nested calls of one worker, from the root of the tree or from what was stolen.
template <class K>
class Walk {
 public:
  Walk(Worker& worker, const K& kernel) : worker(worker), kernel(kernel), base_(worker.head()) {}
  ~Walk() { worker.set_head(base_); }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  // What the task of a node comes to, or the siblings that are left of a node's children.
  typename K::Result run(const typename K::Node& node) {
    return counted(evaluate(*this, base_, node));
  }
  typename K::Result run(const Offspring<K>& left) {
    return counted(grow_many(*this, base_, left));
  }

  Worker& worker;
  const K kernel;

 private:
  typename K::Result counted(const Grown<K>& all) {
    worker.tally.ops += all.tasks;
    return all.result;
  }

  const Head base_;
};

template <class K>
Grown<K> grow_pair(Walk<K>& walk, Head head, typename K::Node node);
template <class K>
Grown<K> grow_many(Walk<K>& walk, Head head, Offspring<K> children);

// Runs the task of a node. Leaves, which are most of a tree, are spared a call, and nodes of binary
// trees, which are common, a loop.
template <class K>
[[gnu::always_inline]] inline Grown<K> evaluate(Walk<K>& walk, Head head,
                                                const typename K::Node& node) {
  const Offspring<K> children = walk.kernel.children(node);
  if (children.empty()) return {walk.kernel.leaf(node), 1};
  Grown<K> all;
  if constexpr (Binary<K>) {
    all = grow_pair(walk, head, node);
  } else {
    all = grow_many(walk, head, children);
  }
  ++all.tasks;
  return all;
}

// What a call offers to thieves while it computes something else: a node, or the siblings that it
// has not come to yet. The call does not return before it is done.
template <class K, class Work>
class Offer : public Closure {
 public:
  using Result = typename K::Result;

  explicit Offer(Walk<K>& walk, const Work& work) : Closure{run_stolen}, work(work), theft_(&walk) {
    static_assert(std::is_trivially_copyable_v<Result>, "results are plain data");
  }
  ~Offer() {}
  Offer(const Offer&) = delete;
  Offer& operator=(const Offer&) = delete;

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

  Work work;

 private:
  Walk<K>* walk() const { return static_cast<Walk<K>*>(theft_.owner()); }

  static void run_stolen(Worker& thief, Closure* closure) {
    auto& offer = *static_cast<Offer*>(closure);
    Walk<K>& walk = *offer.walk();
    bool failed = false;
    try {
      offer.result_ = Walk<K>(thief, walk.kernel).run(offer.work);
    } catch (...) {
      std::construct_at(&offer.failure_, std::current_exception());
      failed = true;
    }
    Worker& owner = walk.worker;  // the offer and the walk may be gone as soon as it has ended
    if (offer.theft_.end(failed)) owner.scheduler().unpark(owner);
  }

  Theft theft_;
  union {  // only what was stolen has either
    Result result_;
    std::exception_ptr failure_;
  };
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_depth() {
  throw Exhausted("the tree is too deep for a worker's stack: closures nest");
}

template <class K>
Grown<K> grow_pair(Walk<K>& walk, Head head, typename K::Node node) {
  Worker& worker = walk.worker;
  Offer<K, typename K::Node> offer(walk, walk.kernel.right(node));
  if (!worker.has_room(&offer) || !worker.accept(Deque::push_at(head, {Kind::closure, &offer})))
      [[unlikely]]
    refuse_depth();
  bool joined = false;
  try {
    Grown<K> all = evaluate(walk, head + 1, walk.kernel.left(node));
    joined = true;
    if (worker.take_back(head)) [[likely]] {
      const Grown<K> one = evaluate(walk, head, offer.work);
      return {walk.kernel.fold(all.result, one.result), one.tasks + all.tasks};
    }
    offer.await();
    all.result = walk.kernel.fold(all.result, offer.result());
    return all;
  } catch (...) {
    if (!joined && !worker.take_back(head)) offer.await();
    throw;
  }
}

// While a child is computed, thieves may take all siblings after it. The last child is computed in
// its parent's place: of the calls that a tree would take, only those remain that go on afterwards.
template <class K>
Grown<K> grow_many(Walk<K>& walk, Head head, Offspring<K> children) {
  Worker& worker = walk.worker;
  const K& kernel = walk.kernel;
  Offer<K, Offspring<K>> rest(walk, children);
  if (!worker.has_room(&rest)) [[unlikely]]
    refuse_depth();
  bool offered = false;
  try {
    Grown<K> all;
    all.tasks = 0;
    bool any = false;
    const auto add = [&](const typename K::Result& result, std::uint64_t tasks) {
      all.result = any ? kernel.fold(all.result, result) : result;
      all.tasks += tasks;
      any = true;
    };
    for (;;) {
      const typename K::Node child = rest.work.next();
      if (rest.work.empty()) {
        rest.work = kernel.children(child);
        if (rest.work.empty()) {
          add(kernel.leaf(child), 1);
          return all;
        }
        ++all.tasks;
        continue;
      }
      const Head above = Deque::push_at(head, {Kind::closure, &rest});
      if (!worker.accept(above)) [[unlikely]]
        refuse_depth();
      offered = true;
      const Grown<K> one = evaluate(walk, above, child);
      add(one.result, one.tasks);
      offered = false;
      if (!worker.take_back(head)) [[unlikely]] {
        rest.await();
        add(rest.result(), 0);
        return all;
      }
    }
  } catch (...) {
    if (offered && !worker.take_back(head)) rest.await();
    throw;
  }
}

}  // namespace concbench::pool
