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

Program::Program(std::string_view role, const std::string& named, double timeout_s)
    : named_(named), timeout_s_(timeout_s) {
  std::vector<std::string> launch;
  std::string name;
  if (is_program(named)) {
    ProgramToken program = parse_program(named);
    launch = std::move(program.command);
    name = std::move(program.name);
  } else {
    path_ = executable(role, named);
    alone_ = candidate_of(named, {path_, "worker", "--model=serial"}, timeout_s);
    is_concbench_ = alone_.missing.empty() && alone_.hello.program == "concbench";
    launch = {path_};
  }
  if (!is_concbench_) alone_ = candidate_of(named, std::move(launch), timeout_s);
  if (!alone_.missing.empty()) {
    throw UsageError(fmt::format("{}={}: {}", role, named, alone_.missing));
  }
  if (!name.empty()) alone_.hello.model = std::move(name);
}

Candidate Program::candidate(std::string_view token) const {
  if (is_concbench_) return candidate_in(path_, token, timeout_s_);
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
