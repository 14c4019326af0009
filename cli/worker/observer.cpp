#include "cli/worker/observer.hpp"

namespace concbench {

Probe& Observer::begin(Stopwatch& clock) {
  probe_->clear();
  clock.on_held = [this](std::uint64_t alive) { held(alive); };
  return *probe_;
}

void Observer::held(std::uint64_t alive) {
  const MemoryUse now = read_memory_use();
  const auto tasks = static_cast<std::int64_t>(alive);
  probe_->set(Measure::peak_live, tasks);
  if (now.user_bytes && before_.user_bytes) {
    probe_->set(Measure::user_bytes_per_task, (*now.user_bytes - *before_.user_bytes) / tasks);
  }
  if (now.kernel_bytes && before_.kernel_bytes) {
    probe_->set(Measure::kernel_bytes_per_task,
                (*now.kernel_bytes - *before_.kernel_bytes) / tasks);
  }
}

void Observer::report(const Stopwatch& clock, Json& sample) const {
  if (probe_->get(Measure::peak_live)) {
    probe_->set(Measure::make_ns, clock.last_make_ns());
    probe_->set(Measure::release_ns, clock.last_release_ns());
  }
  Json measures = Json::object(), latency = Json::array();
  for (std::size_t i = 0; i < static_cast<std::size_t>(Measure::count); ++i) {
    const auto measure = static_cast<Measure>(i);
    if (const auto value = probe_->get(measure)) measures[std::string(name_of(measure))] = *value;
  }
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) {
    if (const std::uint64_t times = probe_->latency[i]) latency.push_back({i, times});
  }
  sample["measures"] = std::move(measures);
  sample["latency"] = std::move(latency);
}

}  // namespace concbench
