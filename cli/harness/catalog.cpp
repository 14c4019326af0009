#include "cli/harness/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/exit_codes.hpp"
#include "cli/harness/patience.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/program_files.hpp"
#include "cli/harness/program_token.hpp"
#include "cli/suggest.hpp"
#include "models/machine/own_program.hpp"
#include "models/machine/topology.hpp"
#include "models/registry.hpp"
#include "models/variant.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

// Starts the program once, to learn what it can run.
void greet(Candidate& candidate, double timeout_s) {
  candidate.identity = identity_of(candidate.launch);
  try {
    Process process(candidate.launch, deadline_in(timeout_s));
    candidate.hello = read_hello(process.receive());
    if (candidate.summary.empty() && !candidate.hello.model.empty()) {
      candidate.summary = "the program's own model: " + candidate.hello.model;
    }
    process.finish();
  } catch (const WorkerFailure& failure) {
    candidate.missing = failure.what();
  } catch (const BadJson& error) {
    candidate.missing = fmt::format("'{}' does not speak the worker protocol: {}",
                                    candidate.launch.front(), error.what());
  }
}

void greet_if_there(Candidate& candidate, double timeout_s) {
  const std::string& program = candidate.launch.front();
  if (std::filesystem::exists(program)) {
    greet(candidate, timeout_s);
  } else {
    candidate.missing = fmt::format("built without it: there is no {}", program);
  }
}

Candidate of_model(const Model& model, std::string label, Options options, double timeout_s) {
  Candidate candidate{.label = std::move(label),
                      .summary = std::string(model.summary),
                      .options = std::move(options),
                      .model = &model,
                      .pins = model.pins};
  if (model.missing) candidate.missing = model.missing();
  if (candidate.built_in()) {
    candidate.launch = {os::own_program(), "worker", "--model=" + candidate.label};
    candidate.identity = identity_of(candidate.launch);
    return candidate;
  }
  const auto program = std::filesystem::path(os::own_program()).parent_path() / model.program;
  candidate.launch = {program.string()};
  if (!candidate.missing.empty()) return candidate;
  greet_if_there(candidate, timeout_s);
  if (!candidate.missing.empty()) {
    candidate.missing += fmt::format("; {} installs what it needs", model.setup);
  }
  return candidate;
}

Variant known_variant(std::string_view token) try {
  return parse_variant(token);
} catch (const UnknownVariant& error) {
  throw UsageError(
      fmt::format("--model={}: {}{}", token, error.what(), did_you_mean(error.typed, error.known)));
}

// Called by the name that it was given or else by its own.
Candidate of_program(std::string_view token, double timeout_s) {
  ProgramToken program = parse_program(token);
  Candidate candidate = candidate_of(std::string(token), std::move(program.command), timeout_s);
  if (!program.name.empty()) {
    candidate.label = program.name;
  } else if (candidate.missing.empty()) {
    candidate.label = candidate.hello.model;
  }
  if (candidate.label.empty()) {
    throw UsageError(fmt::format(
        "--model={}: its hello names no model; give it a name: --model=\"NAME={}\"", token, token));
  }
  return candidate;
}

// Two programs that results could not tell apart.
void refuse_same_name(const std::vector<Candidate>& found, const Candidate& candidate) {
  for (const Candidate& other : found) {
    const bool both_built_in = other.model && candidate.model;
    if (other.label != candidate.label || both_built_in || other.launch == candidate.launch) {
      continue;
    }
    throw UsageError(fmt::format(
        "--model: two models are called '{}' ({}, {}); give one another name: "
        "--model=\"NAME=exec:PATH ARG…\"",
        candidate.label, fmt::join(other.launch, " "), fmt::join(candidate.launch, " ")));
  }
}

}  // namespace

std::string Candidate::no_pair(const Workload& workload) const {
  if (built_in()) return model->no_pair(workload);
  const std::string name(about(workload).name);
  if (std::ranges::count(hello.workloads, name) > 0) return "";
  const auto why = hello.refuses.find(name);
  return why != hello.refuses.end() ? why->second : "the program does not offer it";
}

Candidate candidate_of(std::string label, std::vector<std::string> launch, double timeout_s) {
  Candidate candidate{.label = printable(label), .launch = std::move(launch)};
  greet(candidate, timeout_s);
  return candidate;
}

Candidate candidate_in(const std::string& concbench, std::string_view token, double timeout_s) {
  const Candidate here = find_candidate(token, timeout_s);
  Candidate there{.label = here.label, .options = here.options, .pins = here.pins};
  if (here.model->program.empty()) {
    there.launch = {concbench, "worker", "--model=" + here.label};
  } else {
    const auto folder = std::filesystem::canonical(concbench).parent_path();
    there.launch = {(folder / here.model->program).string()};
  }
  greet_if_there(there, timeout_s);
  return there;
}

std::vector<Candidate> all_candidates(double timeout_s) {
  std::vector<Candidate> all;
  for (const Model* model : models()) {
    all.push_back(of_model(*model, std::string(model->name), default_options(*model), timeout_s));
  }
  return all;
}

Candidate find_candidate(std::string_view token, double timeout_s) {
  if (is_program(token)) return of_program(token, timeout_s);
  const auto [model, options] = known_variant(token);
  return of_model(*model, std::string(token), options, timeout_s);
}

void refuse_unknown_model(std::string_view token) {
  if (is_program(token)) {
    parse_program(token);
  } else {
    known_variant(token);
  }
}

std::vector<Candidate> find_candidates(const std::vector<std::string>& tokens, double timeout_s) {
  std::vector<Candidate> found;
  const auto add = [&](Candidate candidate) {
    refuse_same_name(found, candidate);
    const bool there = std::ranges::any_of(
        found, [&](const Candidate& other) { return other.label == candidate.label; });
    if (!there) found.push_back(std::move(candidate));
  };
  for (const std::string& token : tokens) {
    if (token == "all") {
      std::ranges::for_each(all_candidates(timeout_s), add);
    } else {
      add(find_candidate(token, timeout_s));
    }
  }
  return found;
}

void refuse_missing(const std::vector<Candidate>& candidates,
                    const std::vector<std::string>& tokens) {
  for (const Candidate& candidate : candidates) {
    const bool named = !candidate.model || std::ranges::count(tokens, candidate.label) > 0;
    if (named && !candidate.missing.empty()) {
      throw Impossible(fmt::format("--model={}: {}", candidate.label, candidate.missing));
    }
  }
}

}  // namespace concbench
