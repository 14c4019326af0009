// How a model's speed grows with the number of cores, and the two laws that people fit to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

struct ScalingPoint {
  int cores;
  double ns_per_op;
  double speedup;     // to the smallest number of cores, times that number
  double efficiency;  // speedup ÷ cores
};

// Amdahl (1967): speedup(n) = 1 / (s + (1 − s)/n), by least squares over 1/speedup, 0 ≤ s ≤ 1.
struct Amdahl {
  double serial_share;
};

// Gunther's Universal Scalability Law: speedup(n) = n / (1 + σ(n − 1) + κn(n − 1)), by least
// squares over n/speedup − 1, σ and κ ≥ 0.
struct Usl {
  double contention, coherency;      // σ and κ
  std::optional<double> best_cores;  // where the speed is highest; null if it only grows
};

struct Scaling {
  std::vector<const Cell*> cells;  // same model, workload, parameters and layout; by cores
  std::vector<ScalingPoint> points;
  std::optional<Amdahl> amdahl;  // from 2 numbers of cores
  std::optional<Usl> usl;        // from 3: two unknowns need that
};

Amdahl fit_amdahl(const std::vector<ScalingPoint>& points);
Usl fit_usl(const std::vector<ScalingPoint>& points);

// Of every model and workload that ran on two or more numbers of cores; the cells must outlive it.
std::vector<Scaling> scalings_of(const Result& result);

}  // namespace concbench
