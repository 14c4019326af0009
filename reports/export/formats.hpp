// The writers behind the list of exports.cpp; CSV and markdown are those of reports/text/table.hpp.
#pragma once

#include <string>

#include "reports/result/result.hpp"

namespace concbench::exports {

std::string google_benchmark(const Result& result);
std::string go_benchmark(const Result& result);
std::string github_action(const Result& result);
std::string bencher(const Result& result);
std::string junit(const Result& result);

}  // namespace concbench::exports
