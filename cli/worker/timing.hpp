// How a started model is timed: by Google Benchmark, with the number of iterations given.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "models/model.hpp"

namespace concbench {

// Of a number of iterations, one after another.
struct Timing {
  std::int64_t wall_ns;
  std::optional<Usage> usage;
  std::uint64_t ops, answer;
};

Timing measure(Instance& instance, const Workload& workload, std::int64_t iterations,
               Stopwatch& clock, Probe* probe = nullptr);

// Starts the model and runs its first task; returns how long both took.
std::int64_t start_cold(const Model& model, const Setup& setup,
                        std::unique_ptr<Instance>& instance);

}  // namespace concbench
