// What a sweep measures: everything that is selected, with every build, on every node of every
// kind, so and so many times. Read from a TOML file (docs/fleet.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace concbench {

// Nodes that are alike. What is empty or absent is left to Slurm.
struct NodeKind {
  std::string name;
  int count = 1;
  std::string partition = {}, account = {}, constraint = {}, time = {};
  std::optional<int> cores = {};  // a part of a node; otherwise it is ours alone
  bool interchangeable = false;   // whether one may finish what another began
};

struct SweptBuild {
  std::string name, program;  // a path; empty for this program
};

struct Selection {
  std::string name;
  std::vector<std::string> arguments;  // of concbench run
  std::string place;                   // "FILE:LINE", for what is wrong with it
};

struct SweepPlan {
  int repetitions = 1;  // on each node
  int at_once = 0;      // tasks of a kind that run at the same time; 0 for as many as can
  int most_queued = 500;
  std::vector<NodeKind> nodes;
  std::vector<SweptBuild> builds;
  std::vector<Selection> selections;
};

// Throws CannotRead, and UsageError naming file, line and key.
SweepPlan read_sweep_plan(const std::string& path);

}  // namespace concbench
