#include "models/runtime/sightings.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

namespace concbench::runtime {
namespace {

// A CPU set for any machine: the fixed cpu_set_t ends at 1,024.
class CpuSet {
 public:
  explicit CpuSet(int cpus)
      : cpus_(cpus), set_(CPU_ALLOC(cpus), [](cpu_set_t* s) { CPU_FREE(s); }) {
    CPU_ZERO_S(bytes(), set_.get());
  }
  std::size_t bytes() const { return CPU_ALLOC_SIZE(cpus_); }
  cpu_set_t* get() const { return set_.get(); }

 private:
  int cpus_;
  std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set_;
};

// The one CPU that the thread may use, or -1.
int bound_to(pid_t thread) {
  constexpr int most = 1 << 20;
  for (int cpus = 1024; cpus <= most; cpus *= 2) {
    const CpuSet set(cpus);
    if (sched_getaffinity(thread, set.bytes(), set.get()) != 0) {
      if (errno == EINVAL) continue;  // the kernel's masks are longer
      return -1;
    }
    if (CPU_COUNT_S(set.bytes(), set.get()) != 1) return -1;
    for (int cpu = 0;; ++cpu) {
      if (CPU_ISSET_S(cpu, set.bytes(), set.get())) return cpu;
    }
  }
  return -1;
}

}  // namespace

void Sightings::pin(int cpu) {
  thread_ = gettid();
  const CpuSet set(cpu + 1);
  CPU_SET_S(cpu, set.bytes(), set.get());
  if (sched_setaffinity(0, set.bytes(), set.get()) != 0) {
    throw Exhausted("a worker cannot be bound to CPU " + std::to_string(cpu) + ": " +
                    std::generic_category().message(errno));
  }
  look();
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
