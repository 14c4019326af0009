// The commands: each takes its checked request, does its work and returns the exit code.
#pragma once

#include "cli/request.hpp"

namespace concbench {

int run(RunRequest request);
int list(const ListRequest& request);
int report(const ReportRequest& request);
int load(const LoadRequest& request);
int run_claims(const ClaimsRequest& request);
int export_result(const ExportRequest& request);

}  // namespace concbench
