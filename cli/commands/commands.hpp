// The commands: each takes its checked request, does its work and returns the exit code.
#pragma once

#include "cli/options/request.hpp"

namespace concbench {

int run(RunRequest request);
int sweep(const SweepRequest& request);
int gather(const GatherRequest& request);
int check(CheckRequest request);
int list(const ListRequest& request);
int explain(const ExplainRequest& request);
int report(const ReportRequest& request);
int load(const LoadRequest& request);
int doctor(const DoctorRequest& request);
int run_claims(const ClaimsRequest& request);
int conform(const ConformRequest& request);
int compare(const CompareRequest& request);
int export_result(const ExportRequest& request);
int history(const HistoryRequest& request);

}  // namespace concbench
