#include "cli/options/placement.hpp"

#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

const Choices<Layout> layouts = {
    {"compact", Layout::compact}, {"spread", Layout::spread}, {"smt", Layout::smt}};
const Choices<CoreKind> core_kinds = {{"any", CoreKind::any},
                                      {"performance", CoreKind::performance},
                                      {"efficiency", CoreKind::efficiency}};

}  // namespace

void add_placement_options(CLI::App& app, PlacementWords& words) {
  const auto group = "Where";
  app.add_option("--cores", words.cores, "how many workers; for run also a list, such as 1,2,4")
      ->type_name(kinds::numbers)
      ->group(group);
  app.add_option("--cpus", words.cpus, "the logical CPUs to use, such as 0,2 or 0-3")
      ->type_name(kinds::cpus)
      ->group(group);
  app.add_option("--layout", words.layout,
                 "compact: cores that share caches; spread: cores far apart; smt: siblings first")
      ->type_name(barred(layouts))
      ->group(group)
      ->capture_default_str();
  app.add_option("--core-kind", words.core_kind, "which kind of core, where a machine has several")
      ->type_name(barred(core_kinds))
      ->group(group)
      ->capture_default_str();
  app.add_flag("--oversubscribe", words.oversubscribe, "allow more workers than cores")
      ->group(group);
}

PlacementRequest placement_request(const PlacementWords& words) {
  PlacementRequest request;
  request.layout = parse_word("--layout", words.layout, layouts);
  request.kind = parse_word("--core-kind", words.core_kind, core_kinds);
  if (!words.cpus.empty()) request.cpus = parse_cpus("--cpus", words.cpus);
  request.oversubscribe = words.oversubscribe;
  return request;
}

}  // namespace concbench::options
