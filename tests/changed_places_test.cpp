#include "reports/statistics/changed_places.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace concbench {
namespace {

Standing standing(const char* model, double low, double high, const char* work = "ring") {
  return {work, model, {.median = (low + high) / 2, .low = low, .high = high}, 3};
}

TEST(ChangedPlaces, AreThoseWhoseOrderIsSureOnBothMachines) {
  const auto changed =
      changed_places({{"a", {standing("fibers", 1, 2), standing("threads", 3, 4)}},
                      {"b", {standing("threads", 5, 6), standing("fibers", 7, 8)}}});
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].work, "ring");
  EXPECT_EQ(changed[0].ahead, "fibers");
  EXPECT_EQ(changed[0].behind, "threads");
  EXPECT_EQ(changed[0].here, "a");
  EXPECT_EQ(changed[0].there, "b");
}

TEST(ChangedPlaces, AreNotThoseWhoseRangesOverlap) {
  EXPECT_TRUE(changed_places({{"a", {standing("fibers", 1, 2), standing("threads", 3, 4)}},
                              {"b", {standing("threads", 5, 7), standing("fibers", 6, 8)}}})
                  .empty());
}

TEST(ChangedPlaces, AreNotSureByOneProcess) {
  Standing once = standing("fibers", 1, 1);
  once.processes = 1;
  EXPECT_TRUE(changed_places({{"a", {once, standing("threads", 3, 4)}},
                              {"b", {standing("threads", 5, 6), standing("fibers", 7, 8)}}})
                  .empty());
}

TEST(ChangedPlaces, AreNotThoseThatOnlyGetCloser) {
  EXPECT_TRUE(changed_places({{"a", {standing("fibers", 1, 2), standing("threads", 30, 40)}},
                              {"b", {standing("fibers", 1, 2), standing("threads", 3, 4)}}})
                  .empty());
}

TEST(ChangedPlaces, AreOfOneWork) {
  EXPECT_TRUE(changed_places(
                  {{"a", {standing("fibers", 1, 2), standing("threads", 3, 4)}},
                   {"b", {standing("threads", 5, 6, "yield"), standing("fibers", 7, 8, "yield")}}})
                  .empty());
}

TEST(ChangedPlaces, AreToldOfEachPairOfMachines) {
  const std::vector<Standing> one{standing("fibers", 1, 2), standing("threads", 3, 4)},
      other{standing("threads", 1, 2), standing("fibers", 3, 4)};
  const auto changed = changed_places({{"a", one}, {"b", other}, {"c", one}});
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed[0].here + changed[0].there, "ab");
  EXPECT_EQ(changed[1].here + changed[1].there, "bc");
}

}  // namespace
}  // namespace concbench
