// What goes through the iterations of a loop, one after another, and a loop as a fan of such parts.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/model.hpp"

namespace concbench {

// The iterations of a part, and how many they were.
template <Loop K>
Outcome go_through(const K& kernel, Share part) {
  typename K::Result sum{};
  std::uint64_t i = part.first;
  for (; i < part.last; ++i) sum += kernel.body(i);
  return {kernel.answer(sum), i - part.first};
}

// For models that have no loop of their own: each task goes through a chunk of the iterations. A
// loop without a grain is cut into `own` chunks, the model's choice.
template <Loop K>
class Chunks {
 public:
  static constexpr About about{K::about.name, Shape::fan_out, K::about.summary};

  Chunks(const K& kernel, std::uint64_t own)
      : kernel_(kernel),
        count_(kernel.grain() ? parts_of(kernel) : std::min(own, kernel.iterations())) {}

  std::uint64_t tasks() const { return count_; }
  using Ticket = Share;
  Ticket ticket(std::uint64_t i) const {
    const std::uint64_t all = kernel_.iterations(), grain = kernel_.grain();
    if (grain == 0) return share(all, count_, i);
    return {i * grain, std::min(all, (i + 1) * grain)};
  }
  Outcome perform(Ticket chunk) const { return go_through(kernel_, chunk); }
  std::uint64_t body(Ticket chunk) const { return perform(chunk).answer; }

  std::uint64_t expected() const { return kernel_.expected(); }
  Demand demand() const { return kernel_.demand(); }

 private:
  K kernel_;
  std::uint64_t count_;
};

// What the task of a fan does. It counts as one operation, or says itself as how many.
template <FanOut K>
Outcome perform_task(const K& kernel, typename K::Ticket ticket) {
  if constexpr (requires { kernel.perform(ticket); }) {
    return kernel.perform(ticket);
  } else {
    return {kernel.body(ticket), 1};
  }
}

// Where chunks wait in a queue, so many for each worker that those who are done early find more.
inline constexpr std::uint64_t chunks_a_worker = 8;
inline constexpr const char* chunked_by_worker = "unless asked for: eight chunks for each worker";

}  // namespace concbench
