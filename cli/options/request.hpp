// What was asked for on the command line, checked word by word but not yet against this machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/commands/topo.hpp"
#include "cli/harness/presets.hpp"
#include "cli/help/completions.hpp"
#include "models/machine/topology.hpp"
#include "reports/export/exports.hpp"
#include "workloads/workload.hpp"

namespace concbench {

enum class Format { table, json, csv, markdown };
enum class When { automatic, always, never };

struct RunRequest {
  std::vector<std::string> argv;  // as typed, after "run"
  std::vector<std::string> models, workloads;
  bool models_named = false;  // rather than those that run when nothing is said
  Sweeps sets;

  std::vector<int> cores;  // numbers of workers; empty: as many as there are
  PlacementRequest placement;

  Preset preset;  // with --processes, --repetitions, --min-time and --timeout applied
  std::optional<double> budget_s;
  std::uint64_t seed = 0;

  std::string out;     // "" for nowhere, "-" for stdout
  std::string resume;  // "" for a new run
  bool dry_run = false;
  bool live = false;
  Format format = Format::table;
  When color = When::automatic;
};

struct ReportRequest {
  std::vector<std::string> results;
  std::string out = "report.html";  // "-" for stdout
};

struct ListRequest {
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

// The other end of a conversation; or, with a workload, one cell alone in this process.
struct WorkerRequest {
  std::string model;
  std::string workload;  // "" to speak the protocol
  Params params;
  std::vector<int> cpus;
  int iterations = 1, samples = 1;
  double slow_down = 0;  // the share of work that is done beyond what is asked for, and timed
};

// BASE against NEW, interleaved.
struct CheckRequest {
  std::string base, next;  // paths of programs, or "exec:PATH ARG…"
  RunRequest selection;    // what, where, at which sizes; budget, seed, out, format and color too
  double cell_budget_s = 0;
  std::optional<double> min_effect = {};
  bool strict = false;
  bool self_test = false;
  double slow_down = 0;     // of the self-test
  std::string replay = {};  // a recorded check to be judged again; "" for a new one
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
                 DoctorRequest, ReportRequest, ExportRequest, HistoryRequest, ExplainRequest,
                 CompletionsRequest, ManRequest, WorkerRequest, LoadRequest, Text>;

}  // namespace concbench
