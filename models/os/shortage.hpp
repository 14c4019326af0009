// What to say when the machine cannot hold as many threads or processes as were asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/model.hpp"

namespace concbench::os {

// 1111111 → "1,111,111".
std::string grouped(std::uint64_t number);

// Foreseen: why this many `things` ("threads") at once are more than the limits leave room for, or
// "". `least_bytes` is memory that each takes in any case.
std::string refusal(std::string_view things, const Ask& ask, std::uint64_t least_bytes);

// Foreseen for a model that makes a thread of each task.
std::string refusal_of_threads(const Ask& ask);

// Met: why a `thing` ("thread") could not be made. `error` is the errno, which does not tell which
// limit it was; the sentence names those that it may have been, with what they leave room for once
// all that was made has ended.
std::string shortage(std::string_view thing, int error);

// The least that any thread or process takes of memory.
std::uint64_t least_task_bytes();

}  // namespace concbench::os
