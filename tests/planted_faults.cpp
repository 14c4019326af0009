// Faults on purpose, in tasks on stacks that the runtime switches by hand. A sanitized build that
// does not report these would not report ours either: tests run this program and want the report.
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <memory>

#include "models/fibers.cpp"
#include "tests/workers.hpp"
#include "workloads/spawn.hpp"

namespace concbench {
namespace {

// Two workers write the same word without telling each other.
struct Race : Spawn {
  static inline std::uint64_t count = 0;
  static std::uint64_t body(std::uint64_t i) {
    ++count;
    return Spawn::body(i);
  }
};

struct Overrun : Spawn {
  static std::uint64_t body(std::uint64_t i) {
    const auto numbers = std::make_unique<std::uint64_t[]>(4);
    const volatile std::uint64_t end = 4 + i;
    return numbers[end];
  }
};

struct Overflow : Spawn {
  static std::uint64_t body(std::uint64_t i) {
    volatile int most = std::numeric_limits<int>::max();
    most = most + 1;
    return Spawn::body(i) + static_cast<std::uint64_t>(most);
  }
};

template <class Faulty>
int commit() {
  fibers::Fibers model(setup_of(2));
  Faulty spawn;
  spawn.n = 100'000;
  Stopwatch clock;
  std::cout << model.fan_out(spawn, clock).answer << "\n";
  return 0;
}

}  // namespace
}  // namespace concbench

int main(int argc, char** argv) {
  const char* fault = argc > 1 ? argv[1] : "";
  if (std::strcmp(fault, "race") == 0) return concbench::commit<concbench::Race>();
  if (std::strcmp(fault, "overrun") == 0) return concbench::commit<concbench::Overrun>();
  if (std::strcmp(fault, "overflow") == 0) return concbench::commit<concbench::Overflow>();
  std::cerr << "planted_faults race|overrun|overflow\n";
  return 2;
}
