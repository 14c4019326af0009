// All results of a sweep together: by the hardware they are of, with what is missing and why.
#pragma once

#include <string>
#include <vector>

#include "cli/fleet/sweep_folder.hpp"
#include "reports/result/json.hpp"
#include "reports/text/text.hpp"

namespace concbench {

struct GatheredTask {
  std::string name;
  SlurmJob job;  // its state is "not run", "unfinished" or "finished" where Slurm never had it
  std::size_t results = 0, wanted = 0;
  std::string why;  // results are missing; what the task itself said last
};

struct GatheredResult {
  std::string task, build, selection;
  int repetition;
  std::string file, fingerprint;
  Result result;
};

struct Gathering {
  std::string sweep;  // its folder
  std::vector<GatheredTask> tasks;
  std::vector<GatheredResult> results;
  std::string complaint;  // of Slurm, if it did not answer

  bool is_complete() const;
};

// May be done at any time, and again: it changes nothing but what is remembered of Slurm's words.
Gathering gather(const SweepPlan& plan, const SweepFolder& folder);

Json to_json(const Gathering& gathering);
std::string to_table(const Gathering& gathering, const TableStyle& style);

}  // namespace concbench
