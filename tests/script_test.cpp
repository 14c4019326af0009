// A task's way through a recipe: its waits begin where the step before ended.
#include "models/script.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace concbench {
namespace {

// Work, then a wait; what comes after a step takes its time, as arming a timer does.
struct Slow {
  static constexpr About about{"slow", Shape::recipe, ""};
  static constexpr std::int64_t wait_ns = 1'000'000, pause_ns = 5'000'000;
  std::vector<std::int64_t>* took;

  static std::uint64_t tasks() { return 1; }
  static std::uint64_t steps(std::uint64_t) { return 2; }
  static RecipeStep step(std::uint64_t, std::uint64_t s) {
    return {s == 0 ? RecipeStep::Kind::compute : RecipeStep::Kind::wait, s == 0 ? 0 : wait_ns};
  }
  static void work(RecipeStep) {}
  std::uint64_t did(std::uint64_t task, std::uint64_t, std::int64_t since, std::int64_t now) const {
    took->push_back(now - since);
    return task + 10;
  }
  static std::uint64_t expected() { return 22; }
  static Demand demand() { return {.ops = 2, .alive = 1}; }
};

TEST(Script, CountsAWaitFromTheEndOfTheStepBefore) {
  std::vector<std::int64_t> took;
  const std::int64_t opened = Stopwatch::now() - 100;
  const Slow kernel{&took};
  Script script(kernel, 1, opened);
  EXPECT_FALSE(script.waits());
  script.work();
  script.did();
  ASSERT_TRUE(script.waits());
  EXPECT_EQ(script.due_ns(), opened + took[0] + Slow::wait_ns);
  const std::int64_t due = script.due_ns();
  while (Stopwatch::now() < due + Slow::pause_ns) {
  }
  EXPECT_EQ(script.due_ns(), due);  // however long it takes until the timer is armed
  script.did();
  EXPECT_GE(took[1], Slow::wait_ns + Slow::pause_ns);
  EXPECT_TRUE(script.over());
  EXPECT_EQ(script.outcome().answer, 22u);
  EXPECT_EQ(script.outcome().ops, 2u);
}

}  // namespace
}  // namespace concbench
