// concbench claims: what an introduction to concurrency says, and what is so here.
#include <fmt/format.h>
#include <langinfo.h>

#include <stdexcept>

#include "cli/claims/rows.hpp"
#include "cli/commands.hpp"
#include "cli/conversation.hpp"
#include "cli/errors.hpp"
#include "cli/signals.hpp"

namespace concbench {
namespace {

Claim measured(const claims::Row& row, const claims::Evidence& evidence) {
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

}  // namespace

int run_claims(const ClaimsRequest& request) {
  catch_signals();
  const claims::Evidence evidence(request.seed);
  std::vector<Claim> list;
  for (const claims::Row& row : claims::rows(evidence.cores())) {
    list.push_back(measured(row, evidence));
  }
  const bool unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  fmt::print("{}", request.format == Format::json ? to_text(to_json(list)) + "\n"
                                                  : to_text(list, unicode));
  return exit_ok;
}

}  // namespace concbench
