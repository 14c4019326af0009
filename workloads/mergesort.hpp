// mergesort: sorts numbers in place. A task sorts its range: a small one as a whole, a large one by
// letting two tasks sort its halves and merging them. Unlike in the other trees, joins have work to
// do, the more the nearer to the root, and all tasks work on memory in common.
#pragma once

#include <algorithm>
#include <span>

#include "workloads/halving.hpp"
#include "workloads/pair.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Mergesort {
 public:
  static constexpr About about{"mergesort", Shape::fork_join,
                               "sorts in place: joins have work to do, on memory in common"};

  std::int64_t n = 20'000;
  std::int64_t leaf_size = 500;

  static constexpr Param<Mergesort> params[] = {
      {"n", &Mergesort::n, "numbers to sort", 1, 100'000'000, 20'000, 100'000, 1'000'000},
      {"leaf", &Mergesort::leaf_size, "the most numbers that a task sorts by itself", 1,
       100'000'000, 500, 1'000, 1'000},
  };

  struct Node {
    std::uint64_t first, last;
  };
  using Result = Node;  // the range, sorted

  // The numbers, and a buffer for those being merged.
  using Word = std::uint64_t;
  std::size_t words() const { return 2 * count(); }
  // The numbers from 0 up, shuffled.
  void prepare(std::span<Word> memory) {
    numbers_ = memory.first(count());
    buffer_ = memory.last(count());
    std::uint64_t random = 1;
    for (std::uint64_t i = 0; i < count(); ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      const std::uint64_t place = (random >> 33) % (i + 1);
      numbers_[i] = numbers_[place];
      numbers_[place] = i;
    }
  }

  Node root() const { return {0, count()}; }
  Pair<Mergesort> children(const Node& node) const {
    return {node.last - node.first > least(), node};
  }
  static Node left(Node node) { return {node.first, middle(node)}; }
  static Node right(Node node) { return {middle(node), node.last}; }
  Result leaf(Node node) const {
    const auto range = numbers_.subspan(node.first, node.last - node.first);
    std::sort(range.begin(), range.end());
    return node;
  }
  // Merges two neighbours: the left one moves out of the way.
  Result fold(Result left, Result right) const {
    const auto begin = numbers_.begin();
    const auto at = [](auto start, std::uint64_t i) {
      return start + static_cast<std::ptrdiff_t>(i);
    };
    const auto moved = buffer_.begin();
    std::copy(at(begin, left.first), at(begin, left.last), at(moved, left.first));
    std::merge(at(moved, left.first), at(moved, left.last), at(begin, right.first),
               at(begin, right.last), at(begin, left.first));
    return {left.first, right.last};
  }
  // Of all orders the right one makes this sum the largest (rearrangement inequality).
  std::uint64_t answer(Result sorted) const {
    std::uint64_t sum = 0;
    for (std::uint64_t i = sorted.first; i < sorted.last; ++i) sum += i * numbers_[i];
    return sum;
  }

  // The sum of the squares below n, modulo 2⁶⁴: (n − 1)n(2n − 1) / 6.
  std::uint64_t expected() const {
    std::uint64_t a = count() - 1, b = count(), c = 2 * count() - 1;
    (a % 2 == 0 ? a : b) /= 2;
    (a % 3 == 0 ? a : b % 3 == 0 ? b : c) /= 3;
    return a * b * c;
  }
  Demand demand() const {
    const std::uint64_t tasks = 2 * parts_of(count(), least()) - 1;
    return {.ops = tasks, .alive = tasks};
  }

 private:
  static std::uint64_t middle(Node node) { return node.first + (node.last - node.first) / 2; }
  std::uint64_t count() const { return static_cast<std::uint64_t>(n); }
  std::uint64_t least() const { return static_cast<std::uint64_t>(leaf_size); }

  std::span<Word> numbers_, buffer_;
};

}  // namespace concbench
