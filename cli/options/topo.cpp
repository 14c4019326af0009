// concbench topo
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/placement.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct TopoWords {
  PlacementWords where;
  std::string from;
  OutputWords shown;
  bool latency = false;
};

TopoRequest to_request(const TopoWords& words) {
  TopoRequest request;
  if (!words.from.empty()) request.from = words.from;
  request.placement = placement_request(words.where);
  if (!words.where.cores.empty()) {
    request.placement.workers = parse_number<int>("--cores", words.where.cores, 1, 65'536);
  }
  request.latency = words.latency;
  request.json = parse_format(words.shown, table_or_json) == Format::json;
  return request;
}

Finish bind_topo(CLI::App& app) {
  const auto words = std::make_shared<TopoWords>();
  add_placement_options(app, words->where);
  app.add_option("--from", words->from,
                 "a described machine: synthetic:DESCRIPTION or xml:FILE, as hwloc writes them")
      ->type_name(kinds::machine);
  app.add_flag("--latency", words->latency,
               "measure how long a cache line takes between each pair of the workers' CPUs");
  add_format_option(app, words->shown, table_or_json);
  return [words](const Words&) { return to_request(*words); };
}

}  // namespace

const CommandLine topo_command{
    "topo", "the machine, and where workers would be placed",
    "Examples:\n"
    "  concbench topo --cores=2 --layout=spread\n"
    "  concbench topo --latency\n"
    "  concbench topo --from=\"synthetic:Package:2 L3Cache:2 Core:4 PU:2\" --cores=4",
    bind_topo};

}  // namespace concbench::options
