// What a task throws comes out of the verb that ran it, and the model runs on: the models whose
// threads are not our runtime's. For those see runtime_kernels_test.cpp; a process cannot throw
// into another one (os_models_test.cpp).
#include <gtest/gtest.h>

#include <stdexcept>

#include "models/runtime/sanitizers.hpp"
#include "models/serial.cpp"
#include "models/threads.cpp"
// Builds with a sanitizer are without libraries.
#if __has_include(<tbb/task_group.h>) && !defined(CONCBENCH_ASAN) && !defined(CONCBENCH_TSAN)
#define CONCBENCH_HAS_LIBRARY
#include "models/peers/tbb.cpp"
#endif

#include "models/machine/affinity.hpp"
#include "tests/kernels.hpp"

namespace concbench {
namespace {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ThrowingTree : Fib {
  Result leaf(Node node) const {
    if (node == 0) throw Broken("leaf");
    return Fib::leaf(node);
  }
};

struct ThrowingFan : Spawn {
  static std::uint64_t body(std::uint64_t i) {
    if (i == 7) throw Broken("task");
    return Spawn::body(i);
  }
};

template <class M>
class AnyModel : public testing::Test {};
#if defined(CONCBENCH_HAS_LIBRARY)
using AllModels = testing::Types<Serial, Threads, Tbb>;
#else
using AllModels = testing::Types<Serial, Threads>;
#endif
TYPED_TEST_SUITE(AnyModel, AllModels);

TYPED_TEST(AnyModel, ThrowsWhatATaskThrewAndWorksOn) {
  const concbench::Setup setup{.cpus = os::allowed_cpus(), .options = {{"wait", "futex"}}};
  TypeParam model(setup);
  Fib fib;
  fib.n = 5;
  Spawn spawn;
  spawn.n = 20;
  for (int round = 0; round < 20; ++round) {
    Stopwatch clock;
    EXPECT_THROW(model.fork_join(ThrowingTree{fib}, clock), Broken);
    EXPECT_THROW(model.fan_out(ThrowingFan{spawn}, clock), Broken);
    EXPECT_EQ(model.fork_join(fib, clock).answer, fib.expected());
    EXPECT_EQ(model.fan_out(spawn, clock).answer, spawn.expected());
  }
}

}  // namespace
}  // namespace concbench
