// How a server's latency grows with the load that is offered, and where it gives in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

struct LoadPoint {
  std::int64_t rate;  // requests a second, as they were due
  double answered;    // requests a second, as they were answered
  std::optional<std::int64_t> p50, p99;
};

struct LoadCurve {
  std::string model;
  Params params;  // without the rate
  int cores;
  std::vector<LoadPoint> points;  // by rate
  // The last rate, all below it included, that was kept: 95 % of what was due was answered in its
  // time, and p99 is no more than ten times that of the lowest rate. Null where even the lowest
  // was too much.
  std::optional<std::int64_t> knee;
  bool past_knee = false;  // whether a higher rate was tried; else the knee lies beyond the sweep
};

// Of every model that served two or more rates in an open loop, all else the same.
std::vector<LoadCurve> load_curves_of(const Result& result);

}  // namespace concbench
