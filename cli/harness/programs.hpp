// BASE and NEW of `check`: a build of concbench, which has many models, or any other program that
// speaks the worker protocol and has one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/harness/catalog.hpp"
#include "reports/result/check.hpp"

namespace concbench {

// The command that a path or "exec:PATH ARG…" names. Throws UsageError if it is no program; `role`
// is what the command line calls it.
std::vector<std::string> command_of(std::string_view role, const std::string& named);

class Program {
 public:
  // A path, or "[NAME=]exec:PATH ARG…". A path is a build of concbench if `PATH worker
  // --model=serial` says hello as "concbench", and is started without arguments otherwise. Throws
  // UsageError if it is no program.
  Program(std::string_view role, const std::string& named, double timeout_s);

  double timeout_s() const { return timeout_s_; }
  bool is_concbench() const { return is_concbench_; }
  // The model of a program that has one.
  const std::string& only_model() const { return alone_.hello.model; }
  // Its model that the token names; `missing` says so if it does not have it.
  Candidate candidate(std::string_view token) const;
  CheckedProgram description() const;

 private:
  std::string named_, path_;
  double timeout_s_;
  bool is_concbench_ = false;
  Candidate alone_;  // as it said hello
};

// The models to compare, by name: those of --model, or the one model that one of the two has.
// Throws UsageError if --model names what such a program is not.
std::vector<std::string> models_of(const Program& base, const Program& next,
                                   const std::vector<std::string>& asked, bool asked_by_name);

}  // namespace concbench
