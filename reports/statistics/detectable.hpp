// How small an effect a set of pairs could have shown. A verdict without it cannot be read: "no
// regression" from pairs that would not have shown one says nothing.
#pragma once

#include <optional>
#include <span>

namespace concbench {

// The smallest shift of these log ratios that the one-sided signed-rank test at `alpha` finds with
// this probability, by the bootstrap; nothing if there are too few values for that level.
std::optional<double> smallest_detectable(std::span<const double> log_ratios, double alpha,
                                          double power);

}  // namespace concbench
