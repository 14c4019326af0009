// uts: Unbalanced Tree Search. A node's number of children is drawn from its own random number, so
// that nobody can tell where the work is before it has been done: some subtrees are a hundred
// thousand times larger than their siblings.
// Source: Olivier et al., "UTS: An Unbalanced Tree Search Benchmark", LCPC 2006; trees, sizes and
// depths T1, T3 and T5 as its authors' programs give them (sourceforge.net/projects/uts-benchmark).
// `tiny` and `small` are ours, counted by a walk in Python, which the tests repeat.
#pragma once

#include <algorithm>
#include <cmath>

#include "workloads/param.hpp"
#include "workloads/sha1.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Uts {
  struct Form;

 public:
  static constexpr About about{"uts", Shape::fork_join,
                               "unbalanced tree search: nobody knows where the work is"};

  std::int64_t tree = 1;

  static constexpr Param<Uts> params[] = {
      {"tree",
       &Uts::tree,
       "which tree: geometric (T1 fixed, T5 and tiny linear), or binomial (T3, small)",
       0,
       4,
       0,
       {0, 1},
       {0, 2},
       "tiny|small|T1|T3|T5"},
  };

  // `unspoken` counts this node, and the ancestors of which it is the first descendant: every node
  // is spoken for by exactly one leaf.
  struct Node {
    Digest random;
    std::uint32_t depth, unspoken, children;
  };
  struct Result {
    std::uint64_t nodes, leaves, depth;
  };

  Node root() const { return make(form(), sha1<5>({0, 0, 0, 0, form().seed}), 0, 1); }
  class Children {
   public:
    static constexpr unsigned most = 2'000;

    Children(const Form& form, const Node& parent) : form_(&form), parent_(parent) {}

    bool empty() const { return made_ == parent_.children; }
    unsigned count() const { return parent_.children - made_; }
    Node next() {
      const Digest& r = parent_.random;
      const std::uint32_t i = made_++;
      return make(*form_, sha1<6>({r[0], r[1], r[2], r[3], r[4], i}), parent_.depth + 1,
                  i == 0 ? parent_.unspoken + 1 : 1);
    }

   private:
    const Form* form_;
    Node parent_;
    std::uint32_t made_ = 0;
  };
  Children children(const Node& node) const { return {form(), node}; }
  static Result leaf(const Node& node) { return {node.unspoken, 1, node.depth}; }
  static Result fold(const Result& a, const Result& b) {
    return {a.nodes + b.nodes, a.leaves + b.leaves, std::max(a.depth, b.depth)};
  }
  // The nodes; 0 for a tree that has not the right leaves and depth.
  std::uint64_t answer(const Result& result) const {
    const Result& right = form().result;
    return result.leaves == right.leaves && result.depth == right.depth ? result.nodes : 0;
  }

  std::uint64_t expected() const { return form().result.nodes; }
  Demand demand() const { return {.ops = form().result.nodes, .alive = form().result.nodes}; }

 private:
  enum class Law { fixed, linear, binomial };
  struct Form {
    Law law;
    double branching;  // of the root; the mean, if geometric
    unsigned depth;    // that a geometric tree may have
    double q;          // the probability that a node of a binomial tree has children: then it has m
    unsigned m;
    std::uint32_t seed;
    Result result;
  };
  static constexpr Form forms[] = {
      {Law::linear, 4, 5, 0, 0, 9, {238, 150, 5}},
      {Law::binomial, 500, 0, 0.12, 8, 8, {10'093, 8'893, 46}},
      {Law::fixed, 4, 10, 0, 0, 19, {4'130'071, 3'305'118, 10}},
      {Law::binomial, 2'000, 0, 0.124875, 8, 42, {4'112'897, 3'599'034, 1572}},
      {Law::linear, 4, 20, 0, 0, 34, {4'147'582, 2'181'318, 20}},
  };
  const Form& form() const { return forms[tree]; }

  static Node make(const Form& form, const Digest& random, std::uint32_t depth,
                   std::uint32_t unspoken) {
    return {random, depth, unspoken, children_of(form, random, depth)};
  }
  static unsigned children_of(const Form& f, const Digest& random, std::uint32_t depth) {
    const double u = chance(random);
    if (f.law == Law::binomial) {
      return depth == 0 ? static_cast<unsigned>(f.branching) : u < f.q ? f.m : 0;
    }
    // Geometric, with a mean that stays until the greatest depth, or falls to 0 there.
    const double rest = 1 - static_cast<double>(depth) / f.depth;
    const double mean = rest <= 0 ? 0 : f.law == Law::fixed ? f.branching : f.branching * rest;
    if (mean == 0) return 0;
    const double p = 1 / (1 + mean);
    constexpr double most = 100;
    return static_cast<unsigned>(std::min(most, std::floor(std::log(1 - u) / std::log(1 - p))));
  }

  // A number in [0, 1), from the last 31 bits.
  static double chance(const Digest& random) {
    return static_cast<double>(random[4] & 0x7fffffff) / 2147483648.0;
  }
};

}  // namespace concbench
