#include "reports/statistics/detectable.hpp"

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/signed_rank.hpp"

namespace concbench {

std::optional<double> smallest_detectable(std::span<const double> log_ratios, double alpha,
                                          double power) {
  if (log_ratios.empty() || !lower_bound(log_ratios, alpha)) return {};
  const double centre = hodges_lehmann(log_ratios);
  // The test finds a shift in a resample exactly if its lower bound, so shifted, is above 0.
  const auto needed = [&](std::span<const double> resample) {
    return centre - *lower_bound(resample, alpha);
  };
  constexpr int resamples = 400;
  return quantile(bootstrap(log_ratios, resamples, /*seed=*/1, needed), power);
}

}  // namespace concbench
