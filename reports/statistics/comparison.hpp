// What `compare` says of two result files. They were measured at different times, so that whatever
// the machine did in between stands between them too: the most this can raise is a suspicion.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result/result.hpp"
#include "reports/statistics/comparability.hpp"
#include "reports/text/text.hpp"

namespace concbench {

enum class Advice {
  suspect,  // the difference is large enough, and the processes agree on it
  similar,  // the interval lies within ±5 %
  unclear,  // neither
  failed,   // measured in one, failed in the other
  missing,  // in one of the two only
};
std::string_view name_of(Advice advice);

struct ComparedCell {
  std::string name, op;
  Advice advice = Advice::unclear;
  std::string reason;  // why there is no number, or no clear one
  std::optional<double> a_ns_per_op, b_ns_per_op;
  int a_processes = 0, b_processes = 0;
  // b's time as a multiple of a's, with its 99 % interval.
  std::optional<Estimate> ratio;

  bool is_slower() const { return ratio && ratio->median > 1; }
};

struct Comparison {
  static constexpr double level = 0.99;
  // Below this nothing is suspected, and within it everything is similar.
  static constexpr double min_effect = 0.05;

  std::string a, b;                      // the files
  std::vector<Difference> incomparable;  // if there are any, no cell is compared
  std::vector<Difference> warnings;
  std::vector<ComparedCell> cells;  // slower suspects first, then faster, then the others

  bool suspects_slower() const;
};

Comparison compare(const Result& a, const Result& b);

std::string to_text(const Comparison& comparison, const TableStyle& style);
std::string to_markdown(const Comparison& comparison);
std::string to_json_text(const Comparison& comparison);

}  // namespace concbench
