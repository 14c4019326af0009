// concbench claims: what an introduction to concurrency says, and what this machine says.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cli/commands/claims/rows.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/harness/process.hpp"
#include "cli/harness/signals.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal/style.hpp"

namespace concbench {
namespace {

Claim measured(const claims::Row& row, claims::Evidence& evidence) {
  Claim claim{row.id, row.claim, row.claimed, {}, row.how, ""};
  try {
    claim.measured = row.measure(evidence);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error& error) {
    claim.missing = error.what();
  }
  return claim;
}

void refuse_unknown(const std::vector<std::string>& ids, const std::vector<claims::Row>& rows) {
  std::vector<std::string> known;
  for (const claims::Row& row : rows) known.push_back(row.id);
  for (const std::string& id : ids) {
    if (std::ranges::count(known, id) > 0) continue;
    throw UsageError(
        fmt::format("--only={}: there is no such claim{}", id, did_you_mean(id, known)));
  }
}

}  // namespace

int run_claims(const ClaimsRequest& request) {
  catch_signals();
  claims::Evidence evidence(request.seed, request.timeout_s);
  const std::vector<claims::Row> rows = claims::rows(evidence.cores());
  refuse_unknown(request.only, rows);
  std::vector<Claim> list;
  for (const claims::Row& row : rows) {
    if (request.only.empty() || std::ranges::count(request.only, row.id) > 0) {
      list.push_back(measured(row, evidence));
    }
  }
  fmt::print("{}", request.format == Format::json ? to_text(to_json(list)) + "\n"
                                                  : to_text(list, style_of(request.color)));
  return exit_ok;
}

}  // namespace concbench
