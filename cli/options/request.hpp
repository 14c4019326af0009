// What was asked for on the command line, checked word by word but not yet against this machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/harness/experiment.hpp"
#include "cli/harness/program_token.hpp"
#include "cli/help/completions.hpp"
#include "cli/terminal/style.hpp"
#include "cli/worker/worker.hpp"
#include "models/machine/topology.hpp"
#include "reports/export/exports.hpp"
#include "workloads/workload.hpp"

namespace concbench {

enum class Format { table, json, csv, markdown };

struct RunRequest {
  std::vector<std::string> argv;  // as typed, after "run"
  Experiment experiment;
  std::string out;     // "" for nowhere, "-" for stdout
  std::string resume;  // "" for a new run
  bool resume_anywhere = false;
  bool dry_run = false;
  bool live = false;
  Format format = Format::table;
  When color = When::automatic;
};

struct TopoRequest {
  std::optional<std::string> from;  // "synthetic:…" or "xml:FILE"; otherwise this machine
  PlacementRequest placement;
  bool latency = false;  // measure it between the CPUs of the placement
  bool json = false;
};

struct ReportRequest {
  std::vector<std::string> results;
  std::string base;                 // the name of the one to compare with; "" for the first
  std::string out = "report.html";  // "-" for stdout
};

struct ListRequest {
  std::vector<std::string> models;  // empty: all
  double timeout_s = 0;
  Format format = Format::table;
  When color = When::automatic;
};

struct CompareRequest {
  std::string a, b;
  Format format = Format::table;
  When color = When::automatic;
  bool gate = false;
};

struct ExportRequest {
  std::string result;
  const Exporter* exporter = nullptr;
  std::string out;  // "-" for stdout
};

struct HistoryRequest {
  enum class Action { add, list, show, trend, plot };
  Action action = Action::list;
  std::string file = "history.concbench";
  std::vector<std::string> results;  // to add
  std::int64_t id = 0;               // to show
  std::string cell;                  // part of the names of those whose trends are wanted
  std::string out;                   // of the plot
  Format format = Format::table;
  When color = When::automatic;
};

// BASE against NEW, interleaved.
struct CheckRequest {
  std::string base, next;         // paths of programs, or "[NAME=]exec:PATH ARG…"
  std::vector<std::string> argv;  // as typed, after "check"
  Experiment selection;           // what, where, at which sizes
  double cell_budget_s = 0;
  std::optional<double> min_effect = {};
  bool strict = false;
  bool self_test = false;
  bool google_benchmark = false;  // the programs are of that library
  std::string filter = {};        // of its benchmarks; "" for all
  double slow_down = 0;           // of the self-test
  std::string replay = {};        // a recorded check to be judged again; "" for a new one
  std::string out = {};           // "" for nowhere
  Format format = Format::table;
  When color = When::automatic;
};

// A program, held to what the worker protocol asks.
struct ConformRequest {
  ProgramToken program;
  std::vector<std::string> workloads;  // empty: all that it offers
  double timeout_s = 0;
  Format format = Format::table;
  When color = When::automatic;
};

// Clients of a server on this machine.
struct LoadRequest {
  std::uint16_t port = 0;
  Load load{};
  std::vector<int> cpus;  // empty: wherever this process may run
  bool spin = false;
};

struct ClaimsRequest {
  double timeout_s = 0;
  std::vector<std::string> only;  // ids; empty: all
  Format format = Format::table;
  When color = When::automatic;
  std::uint64_t seed = 0;
};

enum class Engine { local, slurm };

struct SweepRequest {
  std::string plan, out;  // out: "" for a folder named after the plan
  Engine engine = Engine::local;
  bool wait = false, dry_run = false;
};

struct GatherRequest {
  std::string folder, out;  // out: "" for nowhere, "-" for stdout
  When color = When::automatic;
};

struct DoctorRequest {
  Format format = Format::table;
  When color = When::automatic;
  bool measure = true;
  std::string root;  // of the /proc and /sys to look at; "" for this machine's own
};

struct ExplainRequest {
  std::string topic;  // "" for a list of them
};

struct CompletionsRequest {
  Shell shell = Shell::bash;
};

struct ManRequest {};

// What --help and --version print.
struct Text {
  std::string text;
};

using Command =
    std::variant<RunRequest, ListRequest, TopoRequest, CheckRequest, CompareRequest, ClaimsRequest,
                 ConformRequest, DoctorRequest, ReportRequest, ExportRequest, HistoryRequest,
                 ExplainRequest, SweepRequest, GatherRequest, CompletionsRequest, ManRequest,
                 WorkerRequest, LoadRequest, Text>;

}  // namespace concbench
