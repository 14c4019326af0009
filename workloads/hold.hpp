// hold: how many tasks can be alive at once, and what each keeps while it only waits. With `touch`
// each first uses so many bytes of its stack, since memory that was never used costs nothing.
#pragma once

#include <cstddef>

#include "workloads/param.hpp"
#include "workloads/probe.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct HoldMany {
  static constexpr About about{"hold", Shape::hold, "tasks that are all alive at once, and wait"};

  std::int64_t n = 1'000;
  std::int64_t touch = 0;
  Probe* probe = nullptr;

  static constexpr Param<HoldMany> params[] = {
      {"n", &HoldMany::n, "tasks alive at once", 1, 100'000'000, 1'000, 10'000, 100'000},
      {"touch", &HoldMany::touch, "bytes of its stack that each uses first", 0, 1 << 20, 0, 0, 0},
  };

  std::uint64_t tasks() const { return static_cast<std::uint64_t>(n); }
  std::uint64_t begin(std::uint64_t i) const {
    if (touch > 0) use_stack(static_cast<std::size_t>(touch));
    return i + 1;
  }

  std::uint64_t expected() const { return tasks() * (tasks() + 1) / 2; }
  Demand demand() const {
    return {.ops = tasks(), .alive = tasks(), .stack_bytes = static_cast<std::uint64_t>(touch)};
  }

 private:
  // Frames of 512 bytes, each touched, until it has been enough. The barrier behind the call keeps
  // it from becoming a loop.
  [[gnu::noinline]] static void use_stack(std::size_t bytes) {
    volatile std::byte frame[512];
    frame[0] = std::byte{1};
    if (bytes > sizeof frame) use_stack(bytes - sizeof frame);
    asm volatile("" : : "r"(&frame) : "memory");
  }
};

}  // namespace concbench
