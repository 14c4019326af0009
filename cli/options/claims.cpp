// concbench claims
#include <memory>
#include <random>

#include "cli/harness/presets.hpp"
#include "cli/options/command.hpp"
#include "cli/options/output.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct ClaimsWords {
  std::string only, timeout, seed;
  OutputWords shown;
};

Finish bind_claims(CLI::App& app) {
  const auto words = std::make_shared<ClaimsWords>();
  app.add_option("--only", words->only, "claims to check, by their ids, separated by commas")
      ->type_name(kinds::ids);
  add_format_option(app, words->shown, table_or_json);
  add_color_option(app, words->shown);
  app.add_option("--seed", words->seed, "seed of the order in which cells are run")
      ->type_name(kinds::number);
  app.add_option("--timeout", words->timeout, "how long one process may take")
      ->type_name(kinds::seconds);
  return [words](const Words&) {
    ClaimsRequest request;
    request.timeout_s = parse_timeout(words->timeout, default_timeout_s);
    if (!words->only.empty()) request.only = split_list("--only", words->only);
    request.format = parse_format(words->shown, table_or_json);
    request.color = parse_color(words->shown);
    request.seed = words->seed.empty()
                       ? std::random_device{}()
                       : parse_number<std::uint64_t>("--seed", words->seed, 0, INT64_MAX);
    return request;
  };
}

}  // namespace

const CommandLine claims_command{
    "claims", "what textbooks say about processes, threads and goroutines, measured here",
    "Examples:\n"
    "  concbench claims\n"
    "  concbench claims --only=thread.create,switch.same_core\n"
    "  concbench claims --format=json",
    bind_claims};

}  // namespace concbench::options
