// spsc: one task sends to one other. What is measured is a message without contention: where the
// two run side by side they seldom wait, where they share a core one fills and one drains.
#pragma once

#include "workloads/messages.hpp"

namespace concbench {

struct Spsc : Messages<1, 1> {
  static constexpr About about{"spsc", Shape::channel, "one producer, one consumer"};
  static constexpr Param<Spsc> params[] = {capacity_param<Spsc>, messages_param<Spsc>};
};

}  // namespace concbench
