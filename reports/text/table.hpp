// A result for people: one table for each workload with its parameters and placement, models ranked
// by time, and below it what did not run and why.
#pragma once

#include <string>

#include "reports/result/result.hpp"
#include "reports/text/text.hpp"

namespace concbench {

std::string to_table(const Result& result, const TableStyle& style = {});

// The same tables for GitHub and its like.
std::string to_markdown(const Result& result);

// A row for each cell, ranked or not, with everything but its samples; numbers in the units that
// their columns name, unknown ones empty. Quoted as RFC 4180 says, lines ending in CR LF.
std::string to_csv(const Result& result);

}  // namespace concbench
