#include "cli/harness/programs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/exit_codes.hpp"
#include "cli/harness/program_token.hpp"

namespace concbench {
namespace {

std::string executable(std::string_view role, const std::string& path) {
  const std::string absolute = std::filesystem::absolute(path).string();
  if (std::filesystem::is_directory(absolute) || ::access(absolute.c_str(), X_OK) != 0) {
    throw UsageError(fmt::format("{}={}: not a program that can be started", role, path));
  }
  return absolute;
}

}  // namespace

std::vector<std::string> command_of(std::string_view role, const std::string& named) {
  if (is_program(named)) return parse_program(named).command;
  return {executable(role, named)};
}

Program::Program(std::string_view role, const std::string& named, double timeout_s)
    : named_(named), timeout_s_(timeout_s) {
  std::vector<std::string> launch = command_of(role, named);
  if (!is_program(named)) {
    path_ = launch.front();
    alone_ = candidate_of(named, {path_, "worker", "--model=serial"}, timeout_s);
    is_concbench_ = alone_.missing.empty() && alone_.hello.program == "concbench";
  }
  if (!is_concbench_) alone_ = candidate_of(named, std::move(launch), timeout_s);
  if (!alone_.missing.empty()) {
    throw UsageError(fmt::format("{}={}: {}", role, named, alone_.missing));
  }
  if (!is_program(named)) return;
  const std::string name = parse_program(named).name;
  if (!name.empty()) alone_.hello.model = name;
}

Candidate Program::candidate(std::string_view token) const {
  if (is_concbench_) {
    Candidate candidate = candidate_in(path_, token, timeout_s_);
    // What was there at first: a file that has come since then is another program.
    if (candidate.launch.front() == path_) candidate.identity = alone_.identity;
    return candidate;
  }
  Candidate candidate = alone_;
  candidate.label = token;
  return candidate;
}

CheckedProgram Program::description() const {
  return {named_, fmt::format("{} {}", alone_.hello.program, alone_.hello.version),
          alone_.hello.build};
}

std::vector<std::string> models_of(const Program& base, const Program& next,
                                   const std::vector<std::string>& asked, bool asked_by_name) {
  std::vector<std::string> models = asked;
  for (const Program* program : {&base, &next}) {
    if (program->is_concbench()) continue;
    if (!asked_by_name) {
      models = {program->only_model()};
      break;
    }
    if (models.size() > 1 || models.front() != program->only_model()) {
      throw UsageError(fmt::format("--model={}: {} has the one model '{}'", models.front(),
                                   program->description().command, program->only_model()));
    }
  }
  if (std::ranges::count(models, "all")) {
    models.clear();
    for (const Candidate& candidate : all_candidates(base.timeout_s()))
      models.push_back(candidate.label);
  }
  return models;
}

}  // namespace concbench
