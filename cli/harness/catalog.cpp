#include "cli/harness/catalog.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cli/harness/errors.hpp"
#include "cli/harness/patience.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/program_files.hpp"
#include "cli/help/suggest.hpp"
#include "cli/options/words.hpp"
#include "models/machine/own_program.hpp"
#include "models/registry.hpp"

namespace concbench {
namespace {

using options::split;

// A size in bytes: "65536", "64k", "1m"; nothing if it is none.
std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0) return {};
  const std::string_view unit(end, text.data() + text.size());
  const int shift = unit.empty() ? 0 : unit == "k" ? 10 : unit == "m" ? 20 : -1;
  if (shift < 0 || number > (std::uint64_t{1} << 40)) return {};
  return number << shift;
}

Options defaults_of(const Model& model) {
  Options options;
  for (const Option& option : model.options) {
    options.emplace(option.name, option.values == "bytes" ? std::string(option.preset)
                                                          : split(option.values, '|').front());
  }
  return options;
}

// One "wait=condvar" of a variant.
void choose(const Model& model, std::string_view setting, std::string_view token,
            Options& options) {
  const std::size_t equals = setting.find('=');
  const std::string_view name = setting.substr(0, equals);
  std::vector<std::string> names;
  for (const Option& option : model.options) {
    names.emplace_back(option.name);
    if (option.name != name) continue;
    const std::string value(equals == setting.npos ? "" : setting.substr(equals + 1));
    if (option.values == "bytes" ? !parse_bytes(value)
                                 : std::ranges::count(split(option.values, '|'), value) == 0) {
      throw UsageError(fmt::format("--model={}: {} must be {}", token, name,
                                   option.values == "bytes"
                                       ? "a size such as 64k or 1m"
                                       : "one of " + std::string(option.values)));
    }
    options[std::string(name)] = value;
    return;
  }
  throw UsageError(fmt::format("--model={}: {} has no variant '{}'{}", token, model.name, name,
                               names.empty() ? " (it has none)" : did_you_mean(name, names)));
}

// Starts the program once, to learn what it can run.
void greet(Candidate& candidate, double timeout_s) {
  candidate.identity = identity_of(candidate.launch);
  try {
    Conversation talk(candidate.launch, deadline_in(timeout_s));
    const Json hello = talk.receive();
    if (string_field(hello, "type") != "hello") throw BadJson("its first message is no hello");
    if (const auto protocol = integer_field(hello, "protocol"); protocol != 1) {
      throw BadJson(fmt::format("it speaks version {} of the protocol, not 1", protocol));
    }
    for (const Json& name : field(hello, "workloads")) {
      if (!name.is_string()) throw BadJson("its workloads are not all names");
      candidate.workloads.push_back(name.get<std::string>());
    }
    if (const Json* refuses = optional_field(hello, "refuses")) {
      for (const auto& [name, why] : refuses->items()) {
        candidate.refuses[name] = why.is_string() ? why.get<std::string>() : "no reason given";
      }
    }
    const auto text = [&](const char* name) {
      return optional_field(hello, name) ? string_field(hello, name) : "";
    };
    candidate.program = text("program");
    candidate.version = text("version");
    candidate.own_name = text("model");
    if (optional_field(hello, "build")) candidate.build = text("build");
    if (candidate.summary.empty() && !candidate.own_name.empty()) {
      candidate.summary = "the program's own model: " + candidate.own_name;
    }
    talk.finish();
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
  if (candidate.missing.empty()) greet_if_there(candidate, timeout_s);
  return candidate;
}

// A name with its variants: "threads:wait=condvar".
std::pair<const Model*, Options> parse_model(std::string_view token) {
  const std::vector<std::string> parts = split(token, ':');
  const Model* model = find_model(parts.front());
  if (!model) {
    std::vector<std::string> names{"all"};
    for (const Model* known : models()) names.emplace_back(known->name);
    throw UsageError(fmt::format("--model={}: there is no model '{}'{}", token, parts.front(),
                                 did_you_mean(parts.front(), names)));
  }
  Options options = defaults_of(*model);
  for (std::size_t i = 1; i < parts.size(); ++i) choose(*model, parts[i], token, options);
  return {model, std::move(options)};
}

Candidate of_program(std::string_view token, double timeout_s) {
  return candidate_of(std::string(token), exec_words(token), timeout_s);
}

}  // namespace

std::string Candidate::no_pair(const Workload& workload) const {
  if (built_in()) return model->no_pair(workload);
  const std::string name(about(workload).name);
  if (std::ranges::count(workloads, name) > 0) return "";
  const auto why = refuses.find(name);
  return why != refuses.end() ? why->second : "the program does not offer it";
}

std::vector<std::string> exec_words(std::string_view token) {
  std::vector<std::string> words = split(token.substr(std::string_view("exec:").size()), ' ');
  std::erase(words, "");
  if (words.empty()) {
    throw UsageError("exec: names no program; write exec:PATH or \"exec:PATH ARG…\"");
  }
  return words;
}

Candidate candidate_of(std::string label, std::vector<std::string> launch, double timeout_s) {
  Candidate candidate{.label = std::move(label), .launch = std::move(launch)};
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
    all.push_back(of_model(*model, std::string(model->name), defaults_of(*model), timeout_s));
  }
  return all;
}

Candidate find_candidate(std::string_view token, double timeout_s) {
  if (token.starts_with("exec:")) return of_program(token, timeout_s);
  const auto [model, options] = parse_model(token);
  return of_model(*model, std::string(token), options, timeout_s);
}

void refuse_unknown_model(std::string_view token) {
  if (token.starts_with("exec:")) {
    exec_words(token);
  } else {
    parse_model(token);
  }
}

std::vector<Candidate> find_candidates(const std::vector<std::string>& tokens, double timeout_s) {
  std::vector<Candidate> found;
  const auto add = [&](Candidate candidate) {
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

}  // namespace concbench
