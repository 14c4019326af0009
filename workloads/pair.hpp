// The children of a node that has two or none: what the kernel's `left` and `right` make of it.
#pragma once

namespace concbench {

template <class K>
class Pair {
 public:
  static constexpr unsigned most = 2;

  Pair(bool any, const typename K::Node& node) : any_(any), node_(node) {}

  bool empty() const { return !any_; }
  unsigned count() const { return any_ ? took_first_ ? 1 : 2 : 0; }
  auto next() {
    any_ = !took_first_;
    took_first_ = true;
    return any_ ? K::left(node_) : K::right(node_);
  }

 private:
  bool any_, took_first_ = false;
  typename K::Node node_;
};

}  // namespace concbench
