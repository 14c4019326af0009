#include "models/runtime/sightings.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>
#include <system_error>

#include "models/machine/affinity.hpp"

namespace concbench::runtime {
namespace {

// The one CPU that the thread may use, or -1.
int bound_to(pid_t thread) try {
  const std::vector<int> cpus = os::allowed_cpus(thread);
  return cpus.size() == 1 ? cpus.front() : -1;
} catch (const std::system_error&) {
  return -1;
}

}  // namespace

void Sightings::pin(int cpu) try {
  thread_ = gettid();
  os::restrict_to(std::span(&cpu, 1));
  look();
} catch (const std::system_error& error) {
  throw Exhausted("a worker cannot be bound to CPU " + std::to_string(cpu) + ": " +
                  error.code().message());
}

void Sightings::look() {
  const int cpu = sched_getcpu();
  const std::lock_guard guard(mutex_);
  if (cpu == last_) return;
  if (last_ != -1) ++migrations_;
  last_ = cpu;
  const auto place = std::lower_bound(observed_.begin(), observed_.end(), cpu);
  if (place == observed_.end() || *place != cpu) observed_.insert(place, cpu);
}

WorkerReport Sightings::report() const {
  const std::lock_guard guard(mutex_);
  return {.cpu = bound_to(thread_), .observed = observed_, .migrations = migrations_};
}

}  // namespace concbench::runtime
