// A check for people: the worst first, each with its figures, and what they mean.
#pragma once

#include <string>

#include "reports/result/check.hpp"
#include "reports/text/table.hpp"

namespace concbench {

std::string to_table(const Check& check, const TableStyle& style = {});

// For a pull request: one line with the verdict, what changed, and the rest folded.
std::string to_markdown(const Check& check);

// "+5.1 % [+4.2, +6.0]", of NEW against BASE.
std::string effect_text(const Effect& effect);

}  // namespace concbench
