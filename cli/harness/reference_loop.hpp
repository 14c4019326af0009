// What a pair of `check` is framed by: a fixed piece of work, and how many tasks want a CPU. They
// show what the machine did meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace concbench {

// How long a chain of arithmetic took, which needs no memory, on whatever CPU this thread is.
std::int64_t fixed_work_ns(std::int64_t steps);
// The same of always as many steps: about half a millisecond.
inline std::int64_t reference_loop_ns() { return fixed_work_ns(400'000); }

// Tasks that run or want to, without the one that asks; nothing if /proc/stat does not say.
std::optional<int> runnable_tasks(const std::string& root = "");

}  // namespace concbench
