// mpmc: producers send numbers through one bounded channel to consumers, which sum them. Both sides
// block on a full or empty channel: what is measured is a message under contention.
#pragma once

#include "workloads/messages.hpp"

namespace concbench {

struct Mpmc : Messages<2, 2> {
  static constexpr About about{"mpmc", Shape::channel,
                               "producers and consumers share one bounded channel"};
  static constexpr Param<Mpmc> params[] = {producers_param<Mpmc>, consumers_param<Mpmc>,
                                           capacity_param<Mpmc>, messages_param<Mpmc>};
};

}  // namespace concbench
