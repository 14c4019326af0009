// mpsc: several tasks send to one, as to a server or a logger. What is measured is contention among
// senders only.
#pragma once

#include "workloads/messages.hpp"

namespace concbench {

struct Mpsc : Messages<2, 1> {
  static constexpr About about{"mpsc", Shape::channel, "several producers, one consumer"};
  static constexpr Param<Mpsc> params[] = {producers_param<Mpsc>, capacity_param<Mpsc>,
                                           messages_param<Mpsc>};
};

}  // namespace concbench
