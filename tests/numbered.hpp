// The children of a test's kernel that makes them by their number: `child(node, i)`.
#pragma once

#include <limits>

namespace concbench {

template <class K>
class Numbered {
 public:
  static constexpr unsigned most = std::numeric_limits<unsigned>::max();

  Numbered(const K& kernel, const typename K::Node& node, unsigned count)
      : kernel_(&kernel), node_(node), count_(count) {}

  bool empty() const { return made_ == count_; }
  unsigned count() const { return count_ - made_; }
  auto next() { return kernel_->child(node_, made_++); }

 private:
  const K* kernel_;
  typename K::Node node_;
  unsigned count_, made_ = 0;
};

}  // namespace concbench
