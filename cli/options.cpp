#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <random>
#include <set>

#include "build_info.hpp"
#include "cli/errors.hpp"
#include "cli/suggest.hpp"

namespace concbench {
namespace {

using Words = std::vector<std::string>;

// The parts of "a,b,c"; none may be empty.
Words split_list(const std::string& option, const std::string& text) {
  Words parts;
  for (std::size_t from = 0, comma = 0; comma != text.npos; from = comma + 1) {
    comma = text.find(',', from);
    parts.push_back(text.substr(from, comma - from));
    if (parts.back().empty()) throw UsageError(fmt::format("{}={}: an empty item", option, text));
  }
  return parts;
}

template <class Number>
Number parse_number(const std::string& option, const std::string& text, Number low, Number high) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= low) ||
      !(number <= high)) {
    throw UsageError(fmt::format("{}={}: must be a number from {} to {}", option, text, low, high));
  }
  return number;
}

// A list of CPUs: "0,2,4-7".
std::vector<int> parse_cpus(const std::string& option, const std::string& text) {
  std::vector<int> cpus;
  for (const std::string& part : split_list(option, text)) {
    const std::size_t dash = part.find('-');
    const int first = parse_number<int>(option, part.substr(0, dash), 0, 65'535);
    const int last =
        dash == part.npos ? first : parse_number<int>(option, part.substr(dash + 1), first, 65'535);
    for (int cpu = first; cpu <= last; ++cpu) {
      if (std::ranges::count(cpus, cpu)) {
        throw UsageError(fmt::format("{}={}: CPU {} is named twice", option, text, cpu));
      }
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

template <class Enum>
Enum parse_word(const std::string& option, const std::string& text,
                const std::vector<std::pair<std::string, Enum>>& words) {
  Words names;
  for (const auto& [name, value] : words) {
    if (name == text) return value;
    names.push_back(name);
  }
  throw UsageError(fmt::format("{}={}: must be one of {}{}", option, text, fmt::join(names, ", "),
                               did_you_mean(text, names)));
}

Format parse_format(const std::string& text, bool tables_only) {
  std::vector<std::pair<std::string, Format>> words{{"table", Format::table},
                                                    {"json", Format::json}};
  if (!tables_only) {
    words.insert(words.end(), {{"csv", Format::csv}, {"markdown", Format::markdown}});
  }
  return parse_word("--format", text, words);
}

Words parse_models(const Words& given) {
  Words models;
  for (const std::string& word : given) {
    if (word.starts_with("exec:")) {
      models.push_back(word);
    } else {
      std::ranges::move(split_list("--model", word), std::back_inserter(models));
    }
  }
  return models;
}

Words known_workloads() {
  Words names;
  for (const WorkloadInfo& info : workload_infos()) names.emplace_back(info.about.name);
  return names;
}

Words parse_workloads(const Words& given) {
  Words workloads;
  for (const std::string& word : given) {
    for (const std::string& name : split_list("--workload", word)) {
      Words known = known_workloads();
      if (name == "all") {
        workloads.insert(workloads.end(), known.begin(), known.end());
      } else if (std::ranges::count(known, name)) {
        workloads.push_back(name);
      } else {
        known.emplace_back("all");
        throw UsageError(fmt::format("--workload={}: there is no workload '{}'{}", word, name,
                                     did_you_mean(name, known)));
      }
    }
  }
  std::set<std::string> seen;
  std::erase_if(workloads, [&](const std::string& name) { return !seen.insert(name).second; });
  return workloads;
}

struct Setting {
  std::string workload, param;
  std::vector<Value> values;
};

// "fib.n=12,27"
Setting parse_setting(const std::string& text) {
  const std::size_t dot = text.find('.'), equals = text.find('=');
  if (dot == text.npos || equals == text.npos || dot > equals) {
    throw UsageError(
        fmt::format("--set {}: write WORKLOAD.PARAMETER=VALUE, such as fib.n=30", text));
  }
  Setting setting{text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), {}};
  const Words known = known_workloads();
  if (!std::ranges::count(known, setting.workload)) {
    throw UsageError(fmt::format("--set {}: there is no workload '{}'{}", text, setting.workload,
                                 did_you_mean(setting.workload, known)));
  }
  Words names;
  for (const ParamInfo& param : workload_info(setting.workload).params) {
    names.emplace_back(param.name);
    if (param.name != setting.param) continue;
    for (const std::string& value :
         split_list("--set " + text.substr(0, equals), text.substr(equals + 1))) {
      setting.values.push_back(parse_value(setting.workload, param, value));
    }
    return setting;
  }
  throw UsageError(fmt::format("--set {}: {} has no parameter '{}'{}; it has {}", text,
                               setting.workload, setting.param, did_you_mean(setting.param, names),
                               fmt::join(names, ", ")));
}

// The text of each option as typed. CLI11 finds the words, the functions above judge them.
struct RunWords {
  Words models, workloads, sets;
  std::string cores, cpus, layout = "compact", core_kind = "any", preset = "quick";
  std::string processes, repetitions, min_time, timeout, budget, seed;
  std::string out, resume, format = "table", color = "auto";
  bool oversubscribe = false, dry_run = false;
};

struct PlacementWords {
  std::string from, cores, cpus, layout = "compact", core_kind = "any", format = "table";
  bool oversubscribe = false;
};

struct WorkerWords {
  std::string model, workload, cpus, iterations = "1", samples = "1";
  Words sets;
};

const std::vector<std::pair<std::string, Layout>> layouts = {
    {"compact", Layout::compact}, {"spread", Layout::spread}, {"smt", Layout::smt}};
const std::vector<std::pair<std::string, CoreKind>> kinds = {{"any", CoreKind::any},
                                                             {"performance", CoreKind::performance},
                                                             {"efficiency", CoreKind::efficiency}};

template <class W>
void add_placement_options(CLI::App& app, W& words) {
  const auto group = "Where";
  app.add_option("--cores", words.cores, "how many workers; for run also a list, such as 1,2,4")
      ->group(group);
  app.add_option("--cpus", words.cpus, "the logical CPUs to use, such as 0,2 or 0-3")->group(group);
  app.add_option("--layout", words.layout,
                 "compact: cores that share caches; spread: cores far apart; smt: siblings first")
      ->group(group)
      ->capture_default_str();
  app.add_option("--core-kind", words.core_kind, "any, performance or efficiency cores")
      ->group(group)
      ->capture_default_str();
  app.add_flag("--oversubscribe", words.oversubscribe, "allow more workers than cores")
      ->group(group);
}

void add_run_options(CLI::App& app, RunWords& words) {
  const auto many = [&](const char* name, Words& into, const char* help) {
    return app.add_option(name, into, help)->allow_extra_args(false)->group("What");
  };
  many("--model", words.models,
       "models, separated by commas: names, 'all', variants such as threads:wait=condvar, or one "
       "\"exec:PATH ARG…\" that speaks the worker protocol");
  many("--workload", words.workloads, "workloads, separated by commas, or 'all'");
  many("--set", words.sets, "WORKLOAD.PARAMETER=VALUE; a list of values runs each");
  app.add_option("--preset", words.preset, "quick, ci or full: sizes, and how long to measure")
      ->group("What")
      ->capture_default_str();
  add_placement_options(app, words);
  const auto option = [&](const char* name, std::string& into, const char* help) {
    app.add_option(name, into, help)->group("How long");
  };
  option("--processes", words.processes, "worker processes of each cell");
  option("--repetitions", words.repetitions, "samples in each process");
  option("--min-time", words.min_time, "seconds that a sample lasts at least");
  option("--timeout", words.timeout, "seconds that one worker process may take");
  option("--budget", words.budget, "seconds for everything: fewer samples first, then fewer cells");
  option("--seed", words.seed, "seed of the order in which cells are run");
  const auto result = "Results";
  app.add_option("--out", words.out, "write the result to this file; '-' for stdout")
      ->group(result);
  app.add_option("--resume", words.resume, "finish the run of this result file")->group(result);
  app.add_flag("--dry-run", words.dry_run, "show what would be run, and for how long")
      ->group(result);
  app.add_option("--format", words.format, "what stdout shows: table, json, csv or markdown")
      ->group(result)
      ->capture_default_str();
  app.add_option("--color", words.color, "auto, always or never")
      ->group(result)
      ->capture_default_str();
}

PlacementRequest placement_request(const std::string& cpus, const std::string& layout,
                                   const std::string& kind, bool oversubscribe) {
  PlacementRequest request;
  request.layout = parse_word("--layout", layout, layouts);
  request.kind = parse_word("--core-kind", kind, kinds);
  if (!cpus.empty()) request.cpus = parse_cpus("--cpus", cpus);
  request.oversubscribe = oversubscribe;
  return request;
}

std::vector<int> parse_cores(const std::string& text) {
  std::vector<int> cores;
  if (text.empty()) return cores;
  for (const std::string& part : split_list("--cores", text)) {
    const int count = parse_number<int>("--cores", part, 1, 65'536);
    if (!std::ranges::count(cores, count)) cores.push_back(count);
  }
  return cores;
}

RunRequest to_request(const RunWords& words, Words argv) {
  RunRequest request;
  request.argv = std::move(argv);
  request.models = words.models.empty() ? basic_models() : parse_models(words.models);
  request.workloads =
      words.workloads.empty() ? basic_workloads() : parse_workloads(words.workloads);
  for (const std::string& text : words.sets) {
    Setting setting = parse_setting(text);
    if (!std::ranges::count(request.workloads, setting.workload)) {
      throw UsageError(fmt::format("--set {}: {} is not among the workloads of this run", text,
                                   setting.workload));
    }
    request.sets[setting.workload][setting.param] = std::move(setting.values);
  }
  request.cores = parse_cores(words.cores);
  request.placement =
      placement_request(words.cpus, words.layout, words.core_kind, words.oversubscribe);
  request.preset = find_preset(words.preset);
  if (!words.processes.empty()) {
    request.preset.processes = parse_number<int>("--processes", words.processes, 1, 1'000);
  }
  if (!words.repetitions.empty()) {
    request.preset.repetitions = parse_number<int>("--repetitions", words.repetitions, 1, 100'000);
  }
  if (!words.min_time.empty()) {
    request.preset.min_time_s = parse_number<double>("--min-time", words.min_time, 0, 3'600);
  }
  if (!words.timeout.empty()) {
    request.preset.timeout_s = parse_number<double>("--timeout", words.timeout, 0.01, 86'400);
  }
  if (!words.budget.empty()) {
    request.budget_s = parse_number<double>("--budget", words.budget, 0.1, 1e7);
  }
  request.seed = words.seed.empty()
                     ? std::random_device{}()
                     : parse_number<std::uint64_t>("--seed", words.seed, 0, INT64_MAX);
  request.out = words.out;
  request.resume = words.resume;
  request.dry_run = words.dry_run;
  request.format = parse_format(words.format, false);
  request.color = parse_word<When>(
      "--color", words.color,
      {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}});
  return request;
}

TopoRequest to_request(const PlacementWords& words) {
  TopoRequest request;
  if (!words.from.empty()) request.from = words.from;
  request.placement =
      placement_request(words.cpus, words.layout, words.core_kind, words.oversubscribe);
  if (!words.cores.empty()) {
    request.placement.workers = parse_number<int>("--cores", words.cores, 1, 65'536);
  }
  request.json = parse_format(words.format, true) == Format::json;
  return request;
}

WorkerRequest to_request(const WorkerWords& words) {
  WorkerRequest request{.model = words.model, .workload = words.workload, .params = {}, .cpus = {}};
  for (const std::string& text : words.sets) {
    Setting setting = parse_setting(text);
    request.params[setting.param] = setting.values.front();
  }
  if (!words.cpus.empty()) request.cpus = parse_cpus("--cpus", words.cpus);
  request.iterations = parse_number<int>("--iterations", words.iterations, 1, INT32_MAX);
  request.samples = parse_number<int>("--samples", words.samples, 1, INT32_MAX);
  return request;
}

// An option without its value would swallow the next word.
void refuse_empty_values(const Words& arguments) {
  for (const std::string& word : arguments) {
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1) {
      throw UsageError(word + " needs a value");
    }
  }
}

// CLI11 says only which word it did not expect; the nearest option is most likely what was meant.
std::string unexpected(const CLI::App& app, const std::string& word) {
  Words options;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) options.push_back(command->get_name());
  }
  return fmt::format("'{}' is not known here{}", word,
                     did_you_mean(word.substr(0, word.find('=')), options));
}

}  // namespace

Command parse_command_line(const Words& arguments) {
  refuse_empty_values(arguments);
  CLI::App app{
      "concbench measures concurrency models on this machine: processes, threads, a pool, "
      "fibers, coroutines and goroutines run the same verified work.",
      "concbench"};
  app.footer(
      "Exit codes: 0 all measured or skipped with a reason, 2 usage or input error, 3 some "
      "cells failed,\n4 results not written, 5 impossible on this machine, 128+n ended by "
      "signal n.\nconcbench COMMAND --help says more and gives examples.");
  app.set_version_flag("--version",
                       fmt::format("concbench {} ({})", build_info::version, build_info::commit));

  RunWords run_words;
  CLI::App* run = app.add_subcommand("run", "measure cells: models × workloads on chosen cores");
  add_run_options(*run, run_words);
  run->footer(
      "Examples:\n"
      "  concbench run\n"
      "  concbench run --model=fibers --cores=2 --out r.json\n"
      "  concbench run --model=all --workload=fib --set fib.n=12,27 --cores=1,2\n"
      "  concbench run --model=threads,threads:wait=condvar --workload=ping_pong");

  std::string list_format = "table";
  CLI::App* list = app.add_subcommand("list", "models, workloads, and which pairs can run");
  list->add_option("--format", list_format, "table or json")->capture_default_str();
  list->footer("Example:\n  concbench list --format=json");

  PlacementWords topo_words;
  CLI::App* topo = app.add_subcommand("topo", "the machine, and where workers would be placed");
  add_placement_options(*topo, topo_words);
  topo->add_option("--from", topo_words.from,
                   "a described machine: synthetic:DESCRIPTION or xml:FILE, as hwloc writes them");
  topo->add_option("--format", topo_words.format, "table or json")->capture_default_str();
  topo->footer(
      "Examples:\n"
      "  concbench topo --cores=2 --layout=spread\n"
      "  concbench topo --from=\"synthetic:Package:2 L3Cache:2 Core:4 PU:2\" --cores=4");

  WorkerWords worker_words;
  CLI::App* worker = app.add_subcommand(
      "worker", "speak the worker protocol, or run one cell in this process (for perf and gdb)");
  worker->add_option("--model", worker_words.model, "a model of this program")->required();
  worker->add_option("--workload", worker_words.workload, "run this workload and leave");
  worker->add_option("--set", worker_words.sets, "WORKLOAD.PARAMETER=VALUE")
      ->allow_extra_args(false);
  worker->add_option("--cpus", worker_words.cpus, "logical CPU of each worker");
  worker->add_option("--iterations", worker_words.iterations, "runs in a sample");
  worker->add_option("--samples", worker_words.samples, "samples");
  worker->footer(
      "Example:\n"
      "  perf record concbench worker --model=fibers --workload=fib --set fib.n=27 "
      "--cpus=0,1 --iterations=100");

  app.require_subcommand(1);
  try {
    app.parse(Words(arguments.rbegin(), arguments.rend()));  // CLI11 takes them in reverse
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return Text{chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::CallForVersion& version) {
    return Text{std::string(version.what()) + "\n"};
  } catch (const CLI::ExtrasError& error) {
    const auto chosen = app.get_subcommands();
    const Words extras = app.remaining(true);
    if (extras.empty()) throw UsageError(error.what());
    throw UsageError(unexpected(chosen.empty() ? app : *chosen.front(), extras.front()));
  } catch (const CLI::RequiredError& error) {
    if (!app.get_subcommands().empty()) throw UsageError(error.what());
    const auto word = std::ranges::find_if(arguments, [](const auto& w) { return w[0] != '-'; });
    if (word != arguments.end()) throw UsageError(unexpected(app, *word));
    throw UsageError("a command is missing: run, list, topo; see concbench --help");
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }

  if (list->parsed()) return ListRequest{parse_format(list_format, true)};
  if (topo->parsed()) return to_request(topo_words);
  if (worker->parsed()) return to_request(worker_words);
  return to_request(run_words, Words(arguments.begin() + 1, arguments.end()));
}

RunRequest parse_run(const Words& arguments) {
  Words all{"run"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return std::get<RunRequest>(parse_command_line(all));
}

}  // namespace concbench
