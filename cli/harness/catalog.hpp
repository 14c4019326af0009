// The models that a command line can name, made ready to be asked and started: those in this
// program, those that are programs of their own, and anybody's through "exec:".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/harness/messages.hpp"
#include "models/model.hpp"

namespace concbench {

struct Candidate {
  std::string label = {};  // as results name it: "fibers", "fibers:stack=128k", "libfork"
  std::string summary = {};
  std::vector<std::string> launch = {};  // the command of its worker
  Options options = {};                  // every option of the model, defaults filled in
  const Model* model = nullptr;          // null for "exec:"
  bool pins = false;                     // its workers are bound to one CPU each
  std::string missing = {};              // why it cannot be had here, or ""
  std::string identity = {};             // of the files that `launch` starts, as they were found

  Hello hello = {};  // of a program that was started once, to learn this

  // In this program, and not in another that is only launched.
  bool built_in() const { return model && model->start; }
  // Why it cannot run this workload at any size, or "".
  std::string no_pair(const Workload& workload) const;
};

// Every model of the registry, in its order.
std::vector<Candidate> all_candidates(double timeout_s);
// What `--model` names: "all", names, variants ("threads:wait=condvar"), programs (see
// program_token.hpp). Throws UsageError for a name or variant that does not exist, and for two
// programs of one name. A program is asked what it can run, and is missing if it has not answered
// in time.
std::vector<Candidate> find_candidates(const std::vector<std::string>& tokens, double timeout_s);
// The same for one token that is not "all".
Candidate find_candidate(std::string_view token, double timeout_s);
// Throws Impossible if one of them that is named by a token is missing.
void refuse_missing(const std::vector<Candidate>& candidates,
                    const std::vector<std::string>& tokens);
// Throws as find_candidate does, and starts nothing.
void refuse_unknown_model(std::string_view token);

// The model that this command's worker has, as its hello tells.
Candidate candidate_of(std::string label, std::vector<std::string> launch, double timeout_s);
// The model that a token names (no "exec:"), in another build of concbench, which is at this path.
Candidate candidate_in(const std::string& concbench, std::string_view token, double timeout_s);

}  // namespace concbench
