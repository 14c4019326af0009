// What `check` found out: two programs, and a verdict for each cell, with the pairs it rests on.
// Plain data; check_json.* reads and writes it, check_table.* shows it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/result/result.hpp"
#include "reports/statistics/pair.hpp"
#include "reports/statistics/verdict.hpp"

namespace concbench {

struct CheckedProgram {
  std::string command;                    // as it was named on the command line
  std::string version;                    // "concbench 0.1.0", as its workers say; empty: unknown
  std::optional<std::string> build = {};  // commit, compiler and flags, if its workers say so
};

struct CheckedCell {
  std::string name;  // Cell::name() of the cell that both programs ran
  std::string model, workload, op;
  Params params = {};
  std::vector<int> cpus = {};
  std::uint64_t ops = 0;        // of one iteration
  std::int64_t iterations = 0;  // of each slice
  bool pinned = true;           // as many were run; otherwise times are scaled to that many
  double injected = 0;          // in a self-test: the share of extra work in NEW; 0: none
  double seconds = 0;           // that it took in all
  std::string ended = {};       // what ended its pairs before there was a decision, or ""
  std::vector<Pair> pairs = {};
  Judgement judgement = {};
};

struct Check {
  static constexpr int schema = 1;
  bool complete = true;
  std::string date;
  std::string command;  // that repeats it
  std::uint64_t seed = 0;
  bool self_test = false;
  Rule rule;
  CheckedProgram base, next;
  std::string machine;              // in a line
  std::vector<std::string> limits;  // what the verdicts do not rest on, in sentences
  std::vector<CheckedCell> cells;
};

// The verdict from a cell's pairs alone, with what disturbed them in its reason.
Judgement judge(const CheckedCell& cell, const Rule& rule);

// The worst verdict of all cells: what the check as a whole comes to.
Verdict overall(const Check& check);

// Nanoseconds per operation: the median over the pairs of the medians of their slices.
double ns_per_op(const CheckedCell& cell, std::vector<std::int64_t> Pair::*side);

}  // namespace concbench
