// The control groups that this process is in.
//
// A limit may be set on any ancestor of a process's group, and the tightest one holds. Version 1
// mounts a tree for each controller, version 2 one tree for all, and a hybrid set-up has both; in a
// container the mount often shows only a part of the tree. /proc/self/cgroup says where the process
// is in each tree, /proc/self/mountinfo where the trees are to be seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concbench {

// The directories whose files bound this process's use of `controller` ("cpu", "memory", "pids"),
// in the trees of either version: its own groups, and their ancestors as far as they can be seen.
// `root` is prepended to all paths, so that a test can show another machine.
std::vector<std::string> cgroup_directories(std::string_view controller,
                                            const std::string& root = "");

// The process's path in the version 2 tree or, where that holds no more than the root, in the first
// version 1 tree that says more. Nothing: control groups cannot be seen.
std::optional<std::string> cgroup_path(const std::string& root = "");

}  // namespace concbench
