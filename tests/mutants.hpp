// Where code that is checked has memory orders and wakes, and the same code with one of them made
// weaker by a step.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <vector>

namespace concbench::model_check {

enum class Operation { load, store, exchange, wake };

// One memory order, or one wake. A compare-and-swap has two: of its success and of its failure.
struct Site {
  std::source_location where;
  Operation operation;
  bool of_failure = false;
  std::memory_order order = std::memory_order_seq_cst;

  bool operator==(const Site& other) const {
    return where.line() == other.where.line() && where.column() == other.where.column() &&
           operation == other.operation && of_failure == other.of_failure &&
           std::strcmp(where.file_name(), other.where.file_name()) == 0;
  }
};

// The orders that are one step weaker; a wake has one, which stands for leaving it out.
inline std::vector<std::memory_order> weaker(const Site& site) {
  if (site.operation == Operation::wake) return {std::memory_order_relaxed};
  switch (site.order) {
    case std::memory_order_seq_cst:
      if (site.operation == Operation::load) return {std::memory_order_acquire};
      if (site.operation == Operation::store) return {std::memory_order_release};
      return {std::memory_order_acq_rel};
    case std::memory_order_acq_rel: return {std::memory_order_acquire, std::memory_order_release};
    case std::memory_order_relaxed: return {};
    default: return {std::memory_order_relaxed};
  }
}

struct Mutant {
  Site site;
  std::memory_order order;
};

}  // namespace concbench::model_check
