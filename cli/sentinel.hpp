// What a pair of `check` is framed by: a fixed piece of work, and how many tasks want a CPU. They
// show what the machine did meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace concbench {

// How long the fixed work took, on whatever CPU this thread is: about half a millisecond.
std::int64_t sentinel_ns();

// Tasks that run or want to, without the one that asks; nothing if /proc/stat does not say.
std::optional<int> runnable_tasks(const std::string& root = "");

}  // namespace concbench
