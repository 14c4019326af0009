// Results in the formats that other tools read. A format is one file in this folder and one line in
// the list of exports.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/result/result.hpp"

namespace concbench {

struct Exporter {
  std::string_view name, summary;
  // The whole text. Only cells that are ok become numbers, and their names stay unique.
  std::string (*text_of)(const Result&);
  // Of a cell: with fewer its reader says less.
  int fewest_processes = 1;
};

std::span<const Exporter> exporters();

}  // namespace concbench
