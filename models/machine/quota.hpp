// The CPU time that control groups leave to this process, and how many workers that is enough for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace concbench {

// The tightest CPU quota, in CPUs: 1.5 is 150 ms of CPU time every 100 ms. Nothing: no quota.
std::optional<double> cgroup_quota(const std::string& root = "");

// Of `most` workers, those that a quota keeps busy. Less than one CPU is still one worker, which
// the kernel will throttle.
std::size_t workers_within(std::optional<double> quota, std::size_t most);

}  // namespace concbench
