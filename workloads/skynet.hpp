// skynet: a task makes ten tasks, each of which makes ten more, until there are a million leaves;
// every leaf returns its number and every node the sum of its children.
// Source: Alexander Temerev's skynet benchmark (github.com/atemerev/skynet).
#pragma once

#include <string>

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct Skynet {
  static constexpr About about{"skynet", Shape::fork_join,
                               "a wide tree: every node makes `branching` tasks and sums them"};

  std::int64_t leaves = 100'000;
  std::int64_t branching = 10;

  static constexpr Param<Skynet> params[] = {
      {"leaves",
       &Skynet::leaves,
       "leaves of the tree, a power of branching",
       1,
       1'000'000'000,
       {100, 100'000},
       {100, 1'000'000},
       {1'000, 1'000'000}},
      {"branching", &Skynet::branching, "children of every inner node", 2, 1'000, 10, 10, 10},
  };

  struct Node {
    std::uint64_t first, count;  // the leaves below this node
  };
  using Result = std::uint64_t;

  Node root() const { return {0, static_cast<std::uint64_t>(leaves)}; }
  class Children {
   public:
    static constexpr unsigned most = 1'000;

    Children(Node node, unsigned parts)
        : left_(node.count == 1 ? 0 : parts), next_{node.first, left_ ? node.count / parts : 0} {}

    bool empty() const { return left_ == 0; }
    unsigned count() const { return left_; }
    Node next() {
      --left_;
      const Node child = next_;
      next_.first += next_.count;
      return child;
    }

   private:
    unsigned left_;
    Node next_;
  };
  Children children(Node node) const { return {node, static_cast<unsigned>(branching)}; }
  static Result leaf(Node node) { return node.first; }
  static Result fold(Result a, Result b) { return a + b; }
  static std::uint64_t answer(Result result) { return result; }

  std::uint64_t expected() const {
    const auto n = static_cast<std::uint64_t>(leaves);
    return n * (n - 1) / 2;
  }
  Demand demand() const {
    std::uint64_t tasks = 0;
    for (auto level = static_cast<std::uint64_t>(leaves); level > 0;
         level /= static_cast<std::uint64_t>(branching)) {
      tasks += level;
    }
    return {.ops = tasks, .alive = tasks};
  }

  std::string invalid() const {
    std::int64_t power = 1;
    while (power < leaves) power *= branching;
    return power == leaves ? "" : "skynet.leaves must be a power of skynet.branching";
  }
};

}  // namespace concbench
