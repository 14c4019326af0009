// The children of a node that has two or none: what the kernel's `left` and `right` make of it.
#pragma once

namespace concbench {

template <class K>
class Pair {
 public:
  static constexpr unsigned most = 2;

  // The node must stay where it is as long as there are children to be taken.
  Pair(bool any, const typename K::Node& node) : node_(&node), rest_(any ? 2 : 0) {}

  bool empty() const { return rest_ == 0; }
  unsigned count() const { return rest_; }
  auto next() { return rest_-- == 2 ? first() : second(); }
  auto first() const { return K::left(*node_); }
  auto second() const { return K::right(*node_); }

 private:
  const typename K::Node* node_;
  unsigned rest_;
};

}  // namespace concbench
