// The worker's side of an observed run: the probe, and what the model's memory was before it made
// its first task.
#pragma once

#include "models/machine/memory.hpp"
#include "models/os/shared.hpp"
#include "models/stopwatch.hpp"
#include "reports/result/json.hpp"
#include "workloads/probe.hpp"

namespace concbench {

class Observer {
 public:
  // Ready for a run: nothing noted yet; the clock tells when all tasks of a hold are alive.
  Probe& begin(Stopwatch& clock);

  // Adds "measures" and "latency" to a sample (docs/protocol.md): what was noted, and nothing else.
  void report(const Stopwatch& clock, Json& sample) const;

 private:
  void held(std::uint64_t alive);

  const os::Shared<Probe> probe_{1};
  const MemoryUse before_ = read_memory_use();
};

}  // namespace concbench
