// Sizes at which a worker's conformance is examined: small enough for any language, and some at an
// edge.
#pragma once

#include <vector>

#include "workloads/workload.hpp"

namespace concbench::conformance {

std::vector<Workload> sizes_of(const WorkloadInfo& info);

}  // namespace concbench::conformance
