// Set-ups of models for tests: that many workers, on as many CPUs as there are, used in turn.
#pragma once

#include <cstddef>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/model.hpp"

namespace concbench {

inline Setup setup_of(std::size_t workers) {
  const std::vector<int> cpus = os::allowed_cpus();
  Setup setup;
  for (std::size_t i = 0; i < workers; ++i) setup.cpus.push_back(cpus[i % cpus.size()]);
  return setup;
}

}  // namespace concbench
