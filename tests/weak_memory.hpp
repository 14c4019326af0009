// What a thread may read where memory is not sequentially consistent: the rules of C++20 for
// atomics, as far as the runtime uses them.
//
// Each location keeps all that was written to it. A thread may read anything that is not older than
// what it has seen there; what it has seen grows by what it reads and writes, and by all that the
// writer had seen if it released and the reader acquires.
//
// Idea: Kang, Hur, Lahav, Vafeiadis, Dreyer, "A promising semantics for relaxed-memory concurrency"
// (2017), without promises. So there is more that hardware may do and this does not show: a write
// that takes effect before an earlier one of another thread to the same location, and a load that
// reads what depends on itself.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace concbench::model_check {

constexpr bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
constexpr bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

// The newest write of each location that somebody has seen, by its number.
class View {
 public:
  static constexpr std::size_t locations = 48;

  std::size_t at(std::size_t location) const { return static_cast<std::size_t>(seen_[location]); }
  void see(std::size_t location, std::size_t write) {
    seen_[location] = std::max(seen_[location], static_cast<std::int16_t>(write));
  }
  void join(const View& other) {
    for (std::size_t i = 0; i < locations; ++i) seen_[i] = std::max(seen_[i], other.seen_[i]);
  }

 private:
  std::array<std::int16_t, locations> seen_{};  // signed: SSE2 compares eight at once
};

class Memory {
 public:
  void forget() {
    used_ = 0;
    in_one_order_ = {};
  }

  // A new location with what lies there; everybody has seen that.
  std::uint32_t add(std::uint64_t value) {
    if (used_ == histories_.size()) histories_.emplace_back();
    histories_[used_].assign(1, {value, {}});
    return used_++;
  }
  bool is_full() const { return used_ == View::locations; }

  std::size_t writes(std::uint32_t location) const { return histories_[location].size(); }
  std::uint64_t value(std::uint32_t location, std::size_t write) const {
    return histories_[location][write].value;
  }
  // The first write that the thread may still read.
  std::size_t oldest(std::uint32_t location, const View& self, std::memory_order order) const {
    const std::size_t seen = self.at(location);
    if (order != std::memory_order_seq_cst) return seen;
    return std::max<std::size_t>(seen, in_one_order_.at(location));
  }

  void read(std::uint32_t location, std::size_t write, View& self, std::memory_order order) {
    self.see(location, write);
    if (acquires(order)) self.join(histories_[location][write].released);
    if (order == std::memory_order_seq_cst) in_one_order_.see(location, write);
  }
  void write(std::uint32_t location, std::uint64_t value, View& self, std::memory_order order) {
    append(location, value, {}, self, order);
  }
  // A write that belongs to the read of the newest one: what that released stays released.
  void replace(std::uint32_t location, std::uint64_t value, View& self, std::memory_order order) {
    append(location, value, histories_[location].back().released, self, order);
  }

 private:
  struct Write {
    std::uint64_t value;
    View released;
  };

  void append(std::uint32_t location, std::uint64_t value, View released, View& self,
              std::memory_order order) {
    const std::size_t number = writes(location);
    self.see(location, number);
    released.see(location, number);
    if (releases(order)) released.join(self);
    if (order == std::memory_order_seq_cst) in_one_order_.see(location, number);
    histories_[location].push_back({value, released});
  }

  std::vector<std::vector<Write>> histories_;
  std::uint32_t used_ = 0;
  View in_one_order_;  // what sequentially consistent operations have read or written
};

}  // namespace concbench::model_check
