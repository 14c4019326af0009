// The edges of a graph of tasks, to be gone through from either end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "workloads/shapes.hpp"

namespace concbench {

class Edges {
 public:
  using Task = GraphTask;

  // Makes the next task, which may begin once these have ended. All must have been made before.
  Task add(std::span<const Task> predecessors) {
    std::uint32_t depth = 0;
    for (const Task task : predecessors) depth = std::max(depth, depths_[task]);
    depths_.push_back(depth + 1);
    critical_path_ = std::max(critical_path_, depth + 1);
    predecessors_.tasks.insert(predecessors_.tasks.end(), predecessors.begin(), predecessors.end());
    predecessors_.ends.push_back(predecessors_.tasks.size());
    return tasks() - 1;
  }

  // Once all have been made: finds the successors of each, in ascending order.
  void close() {
    std::vector<std::size_t>& ends = successors_.ends;
    ends.assign(tasks() + 1, 0);
    for (const Task task : predecessors_.tasks) ++ends[task + 1];
    for (Task task = 0; task < tasks(); ++task) ends[task + 1] += ends[task];
    successors_.tasks.resize(predecessors_.tasks.size());
    std::vector<std::size_t> next = ends;
    for (Task task = 0; task < tasks(); ++task) {
      for (const Task before : predecessors(task)) successors_.tasks[next[before]++] = task;
    }
    depths_ = {};
  }

  Task tasks() const { return static_cast<Task>(predecessors_.ends.size() - 1); }
  std::span<const Task> predecessors(Task task) const { return predecessors_.of(task); }
  std::span<const Task> successors(Task task) const { return successors_.of(task); }

  // How many tasks the longest chain has.
  std::uint64_t critical_path() const { return critical_path_; }

 private:
  // For each task a part of one list.
  struct Lists {
    std::vector<std::size_t> ends{0};
    std::vector<Task> tasks;

    std::span<const Task> of(Task task) const {
      return {tasks.data() + ends[task], tasks.data() + ends[task + 1]};
    }
  };

  Lists predecessors_, successors_;
  std::vector<std::uint32_t> depths_;
  std::uint32_t critical_path_ = 0;
};

}  // namespace concbench
