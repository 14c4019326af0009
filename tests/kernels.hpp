// What tests of kernels have in common.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "workloads/workloads.hpp"

namespace concbench {

// The kernel, made by its name and those of its parameters.
template <class K>
K with(std::initializer_list<std::pair<const std::string, Value>> params) {
  return std::get<K>(make_workload(K::about.name, Params(params)).kernel());
}

// Walks a kernel's tree as its concept says, and nothing more.
template <ForkJoin K>
typename K::Result walk(const K& kernel, const typename K::Node& node, std::uint64_t& tasks) {
  ++tasks;
  auto children = kernel.children(node);
  if (children.empty()) return kernel.leaf(node);
  unsigned left = children.count();
  EXPECT_LE(left, children.most);
  typename K::Result all = walk(kernel, children.next(), tasks);
  while (!children.empty()) {
    EXPECT_EQ(children.count(), --left);
    all = kernel.fold(all, walk(kernel, children.next(), tasks));
  }
  EXPECT_EQ(left, 1u);
  return all;
}

template <ForkJoin K>
void expect_walk(const K& kernel) {
  std::uint64_t tasks = 0;
  EXPECT_EQ(kernel.answer(walk(kernel, kernel.root(), tasks)), kernel.expected());
  EXPECT_EQ(tasks, kernel.demand().ops);
}

}  // namespace concbench
