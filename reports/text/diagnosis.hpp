// What `concbench doctor` found: the findings about a machine, and its noise floor if measured.
#pragma once

#include <string>
#include <vector>

#include "reports/result/finding.hpp"
#include "reports/result/json.hpp"
#include "reports/statistics/noise.hpp"
#include "reports/text/table.hpp"

namespace concbench {

struct Diagnosis {
  std::vector<Finding> findings;
  std::vector<Noise> noise;  // on one core, and on all at once; empty if not measured
  std::string not_measured;  // why
};

// reports/doctor.schema.json is the contract.
Json to_json(const Diagnosis& diagnosis);
std::string to_text(const Diagnosis& diagnosis, const TableStyle& style);

}  // namespace concbench
